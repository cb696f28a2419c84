import type { ContentServiceService } from '@hearth/proto/storage/v1/content'
import type { ServiceHandlers } from '@hearth/rpc'
import { createCommit } from '../domain/commit.ts'
import { listCommits } from '../domain/history.ts'
import { openRepoAt, openStaging } from '../domain/open-repo.ts'
import { planUpload } from '../domain/plan-upload.ts'
import type { ContentContext } from '../domain/ports.ts'
import { getPaths, listTree } from '../domain/read-tree.ts'
import { createRef, deleteRef, listRefs } from '../domain/refs.ts'
import { resolveFiles } from '../domain/resolve-files.ts'
import { squashHistory } from '../domain/squash-history.ts'
import { parseAction, parseOperation, parseRefKind, toCommitMessage, toEntryMessage, toFileAnswer, toPlanMessage } from './content-mapper.ts'
import { parseRepoName, toRepoMessage } from './repo-mapper.ts'

type Handlers = ServiceHandlers<typeof ContentServiceService>

export function createContentHandlers(storage: ContentContext): Handlers {
  return { ...readHandlers(storage), ...writeHandlers(storage), ...refHandlers(storage) }
}

function readHandlers(storage: ContentContext): Pick<Handlers, 'openRepo' | 'resolveFiles' | 'listTree' | 'getPaths'> {
  return {
    async openRepo(request, ctx) {
      const query = { repo: parseRepoName(request.repo), revision: request.revision, action: parseAction(request.action) }
      const { repo, sha } = await openRepoAt(storage, ctx.actor, query)
      return { repo: toRepoMessage(repo), sha }
    },
    async resolveFiles(request, ctx) {
      const queries = request.files.map(({ repo, revision, path, raw }) => ({ repo: parseRepoName(repo), revision, path, isRaw: raw }))
      return { answers: (await resolveFiles(storage, ctx.actor, queries)).map(toFileAnswer) }
    },
    async listTree(request, ctx) {
      const { revision, path, recursive, expand, page } = request
      const query = { repo: parseRepoName(request.repo), revision, path, recursive, expand, pageSize: page?.pageSize, pageToken: page?.pageToken }
      const { repo, sha, entries, nextPageToken } = await listTree(storage, ctx.actor, query)
      return { repo: toRepoMessage(repo), sha, entries: entries.map(toEntryMessage), page: { nextPageToken } }
    },
    async getPaths(request, ctx) {
      const { revision, paths, expand } = request
      const { repo, sha, entries } = await getPaths(storage, ctx.actor, { repo: parseRepoName(request.repo), revision, paths, expand })
      return { repo: toRepoMessage(repo), sha, entries: entries.map(toEntryMessage) }
    },
  }
}

function writeHandlers(storage: ContentContext): Pick<Handlers, 'planUpload' | 'openStaging' | 'createCommit'> {
  return {
    async planUpload(request, ctx) {
      const { revision, gitIgnore, gitAttributes } = request
      const files = request.files.map(({ path, sizeBytes, sample }) => ({ path, sizeBytes: Number(sizeBytes), sample: Buffer.from(sample) }))
      const query = { repo: parseRepoName(request.repo), revision, createPullRequest: request.createPr, files, gitIgnore, gitAttributes }
      const { sha, plans } = await planUpload(storage, ctx.actor, query)
      return { sha, plans: plans.map(toPlanMessage) }
    },
    async openStaging(request, ctx) {
      return openStaging(storage, ctx.actor, { repo: parseRepoName(request.repo), revision: request.revision, createPullRequest: request.createPr })
    },
    async createCommit(request, ctx) {
      const { revision, parentCommit, summary, description } = request
      const operations = request.operations.map(parseOperation)
      const command = { repo: parseRepoName(request.repo), revision, parentCommit, summary, description, createPullRequest: request.createPr, operations }
      const { commitOid, pullRequestNumber, repo } = await createCommit(storage, ctx.actor, command, ctx.signal)
      return { commitOid, pullRequestNumber, repo: toRepoMessage(repo) }
    },
  }
}

function refHandlers(storage: ContentContext): Pick<Handlers, 'listCommits' | 'listRefs' | 'createRef' | 'deleteRef' | 'squashHistory'> {
  return {
    async listCommits(request, ctx) {
      const query = { repo: parseRepoName(request.repo), revision: request.revision, pageSize: request.page?.pageSize, pageToken: request.page?.pageToken, skip: request.skip }
      const { repo, commits, nextPageToken, totalCount } = await listCommits(storage, ctx.actor, query)
      return { repo: toRepoMessage(repo), commits: commits.map(toCommitMessage), page: { nextPageToken }, totalCount: BigInt(totalCount) }
    },
    async listRefs(request, ctx) {
      const { repo, refs } = await listRefs(storage, ctx.actor, { repo: parseRepoName(request.repo), includePullRequests: request.includePullRequests })
      return { repo: toRepoMessage(repo), refs: refs.map((ref) => ({ name: ref.name, targetOid: ref.oid })) }
    },
    async createRef(request, ctx) {
      const { name, startingPoint, overwrite, message, empty } = request
      const command = { repo: parseRepoName(request.repo), kind: parseRefKind(request.kind), name, startingPoint, overwrite, message, isEmpty: empty }
      await createRef(storage, ctx.actor, command, ctx.signal)
      return {}
    },
    async deleteRef(request, ctx) {
      await deleteRef(storage, ctx.actor, { repo: parseRepoName(request.repo), kind: parseRefKind(request.kind), name: request.name }, ctx.signal)
      return {}
    },
    squashHistory: (request, ctx) => squashHistory(storage, ctx.actor, { repo: parseRepoName(request.repo), branch: request.branch, message: request.message }, ctx.signal),
  }
}
