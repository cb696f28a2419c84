import type { Commit, GitRef } from '@hearth/hf-api'
import { RefKind, type Commit as CommitRow, type Ref } from '@hearth/proto/storage/v1/content'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { escapeHtml } from '../pages/html.ts'
import { toRepoName } from '../mappers/repo-names.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'

const DEFAULT_COMMITS = 50
const MAX_COMMITS = 1000

type RefHandlers = Pick<Handlers, 'listRefs' | 'listCommits' | 'createBranch' | 'deleteBranch' | 'squashHistory' | 'createTag' | 'deleteTag'>

export function createRefHandlers({ content }: HttpDeps): RefHandlers {
  return {
    async listRefs({ params, query }, call) {
      const includePullRequests = query.include_prs ?? query.include_pull_requests ?? false
      const { repo, refs } = await content.listRefs({ repo: toRepoName(params.kind, params.repo), includePullRequests }, call.rpc)
      return redirectIfRenamed(call, params, repo) ?? json({
        branches: pick(refs, 'refs/heads/'), converts: pick(refs, 'refs/convert/'), tags: pick(refs, 'refs/tags/'),
        ...(includePullRequests ? { pullRequests: pick(refs, 'refs/pr/') } : {}),
      })
    },
    async listCommits({ params, query }, call) {
      const pageSize = Math.min(Math.max(query.limit ?? DEFAULT_COMMITS, 1), MAX_COMMITS)
      const request = { repo: toRepoName(params.kind, params.repo), revision: params.revision, page: { pageSize, pageToken: query.cursor }, skip: query.cursor === undefined ? (query.p ?? 0) * pageSize : 0 }
      const { repo, commits, page, totalCount } = await content.listCommits(request, call.rpc)
      const isFormatted = query.expand.includes('formatted')
      // Clients that count pages do not follow links.
      const links = query.p === undefined ? linkHeader(call, page) : {}
      return redirectIfRenamed(call, params, repo) ?? json(commits.map((commit) => toCommit(commit, isFormatted)), { ...links, 'x-total-count': String(totalCount) })
    },
    async createBranch({ params, body }, call) {
      await content.createRef({
        repo: toRepoName(params.kind, params.repo), kind: RefKind.REF_KIND_BRANCH, name: params.branch, startingPoint: body.startingPoint ?? undefined, message: undefined,
        overwrite: body.overwrite ?? false, empty: body.emptyBranch ?? false,
      }, call.rpc)
      return json({})
    },
    async squashHistory({ params, body }, call) {
      await content.squashHistory({ repo: toRepoName(params.kind, params.repo), branch: params.branch, message: body.message ?? undefined }, call.rpc)
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

function pick(refs: readonly Ref[], prefix: string): GitRef[] {
  return refs.filter(({ name }) => name.startsWith(prefix)).map(({ name, targetOid }) => ({ name: name.slice(prefix.length), ref: name, targetCommit: targetOid }))
}

function toCommit({ oid, title, message, authorNames, time }: CommitRow, isFormatted: boolean): Commit {
  return {
    id: oid, title, message, authors: authorNames.map((user) => ({ user })), date: (time ?? new Date(0)).toISOString(),
    ...(isFormatted ? { formatted: { title: escapeHtml(title), message: escapeHtml(message) } } : {}),
  }
}
