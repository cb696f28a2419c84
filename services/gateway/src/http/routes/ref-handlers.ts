import { HearthError } from '@hearth/errors'
import type { Commit, GitRef } from '@hearth/hf-api'
import type { PageInfo } from '@hearth/proto/common/v1/page'
import { RefKind, type Commit as CommitRow, type ListCommitsResponse, type Ref } from '@hearth/proto/storage/v1/content'
import type { RepoName } from '@hearth/proto/storage/v1/repos'
import { json, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { escapeHtml } from '../pages/html.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfAlias } from '../renamed.ts'

const DEFAULT_COMMITS = 50
const MAX_COMMITS = 1000
/** `p` counts pages; the service has none, so they are walked. */
const MAX_WALKED_PAGES = 100

type RefHandlers = Pick<Handlers, 'listRefs' | 'listCommits' | 'createBranch' | 'deleteBranch' | 'createTag' | 'deleteTag'>

export function createRefHandlers(deps: HttpDeps): RefHandlers {
  const { content } = deps
  return {
    async listRefs({ params, query }, call) {
      const away = await redirectIfAlias(deps, params, call)
      if (away !== undefined) return away
      const includePullRequests = query.include_prs ?? query.include_pull_requests ?? false
      const { refs } = await content.listRefs({ repo: toRepoName(params.kind, params.repo), includePullRequests }, call.rpc)
      return json({
        branches: pick(refs, 'refs/heads/'), converts: pick(refs, 'refs/convert/'), tags: pick(refs, 'refs/tags/'),
        ...(includePullRequests ? { pullRequests: pick(refs, 'refs/pr/') } : {}),
      })
    },
    async listCommits({ params, query }, call) {
      const away = await redirectIfAlias(deps, params, call)
      if (away !== undefined) return away
      const asked: AskedCommits = {
        repo: toRepoName(params.kind, params.repo), revision: params.revision, pageSize: Math.min(Math.max(query.limit ?? DEFAULT_COMMITS, 1), MAX_COMMITS), pageToken: query.cursor, skipPages: query.p ?? 0,
      }
      const { commits, page, totalCount } = await readCommits(deps, asked, call)
      const isFormatted = query.expand.includes('formatted')
      return json(commits.map((commit) => toCommit(commit, isFormatted)), { ...linkHeader(call, page), 'x-total-count': String(totalCount) })
    },
    async createBranch({ params, body }, call) {
      if (body.emptyBranch === true) throw new HearthError('NOT_IMPLEMENTED', 'a branch without history cannot be made here')
      await content.createRef({
        repo: toRepoName(params.kind, params.repo), kind: RefKind.REF_KIND_BRANCH, name: params.branch, startingPoint: body.startingPoint ?? undefined, message: undefined, overwrite: body.overwrite ?? false,
      }, call.rpc)
      return json({})
    },
    async deleteBranch({ params }, call) {
      await content.deleteRef({ repo: toRepoName(params.kind, params.repo), kind: RefKind.REF_KIND_BRANCH, name: params.branch }, call.rpc)
      return json({})
    },
    async createTag({ params, body }, call) {
      await content.createRef({
        repo: toRepoName(params.kind, params.repo), kind: RefKind.REF_KIND_TAG, name: body.tag, startingPoint: params.revision, message: body.message ?? undefined, overwrite: false,
      }, call.rpc)
      return json({})
    },
    async deleteTag({ params }, call) {
      await content.deleteRef({ repo: toRepoName(params.kind, params.repo), kind: RefKind.REF_KIND_TAG, name: params.tag }, call.rpc)
      return json({})
    },
  }
}

interface AskedCommits {
  readonly repo: RepoName
  readonly revision: string
  readonly pageSize: number
  readonly pageToken: string | undefined
  readonly skipPages: number
}

async function readCommits({ content }: HttpDeps, asked: AskedCommits, call: Call): Promise<ListCommitsResponse> {
  if (asked.skipPages > MAX_WALKED_PAGES) throw new HearthError('INVALID_ARGUMENT', `"p" may be ${MAX_WALKED_PAGES} at most; follow the Link header instead`)
  const read = (pageToken: string | undefined): Promise<ListCommitsResponse> =>
    content.listCommits({ repo: asked.repo, revision: asked.revision, page: { pageSize: asked.pageSize, pageToken } }, call.rpc)
  let answer = await read(asked.pageToken)
  for (let skipped = 0; skipped < asked.skipPages; skipped += 1) {
    const token: string | undefined = answer.page?.nextPageToken
    if (token === undefined) return { ...answer, commits: [], page: NO_MORE }
    answer = await read(token)
  }
  return asked.skipPages === 0 ? answer : { ...answer, page: NO_MORE }
}

/** Clients that count pages do not follow links. */
const NO_MORE: PageInfo = { nextPageToken: undefined }

function pick(refs: readonly Ref[], prefix: string): GitRef[] {
  return refs.filter(({ name }) => name.startsWith(prefix)).map(({ name, targetOid }) => ({ name: name.slice(prefix.length), ref: name, targetCommit: targetOid }))
}

function toCommit({ oid, title, message, authorNames, time }: CommitRow, isFormatted: boolean): Commit {
  return {
    id: oid, title, message, authors: authorNames.map((user) => ({ user })), date: (time ?? new Date(0)).toISOString(),
    ...(isFormatted ? { formatted: { title: escapeHtml(title), message: escapeHtml(message) } } : {}),
  }
}
