import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isGitOid, type GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import type { CommitRecord } from './git-store-port.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { StorageContext } from './ports.ts'
import type { RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'

export interface CommitPage {
  readonly commits: readonly CommitRecord[]
  readonly nextPageToken: string | undefined
  readonly totalCount: number
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000
const MAX_COUNT = 100_000

/** History of a revision, newest first. Later pages stay at the commit of the first. */
export async function listCommits(
  ctx: StorageContext, actor: Actor, query: { readonly repo: RepoName; readonly revision: string; readonly pageSize: number | undefined; readonly pageToken: string | undefined },
): Promise<CommitPage> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const cursor = query.pageToken === undefined ? undefined : parseCursor(query.pageToken)
  const sha = await resolveRevision(ctx.git, repo, cursor?.sha ?? query.revision)
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const offset = cursor?.offset ?? 0
  const found = await ctx.git.listHistory(repo.id, sha, { offset, limit: limit + 1 })
  const totalCount = await ctx.git.countHistory(repo.id, sha, MAX_COUNT)
  const nextPageToken = found.length > limit ? encodePageToken([sha, offset + limit]) : undefined
  return { commits: found.slice(0, limit), nextPageToken, totalCount }
}

function parseCursor(token: string): { readonly sha: GitOid; readonly offset: number } {
  const [sha, offset] = decodePageToken(token, ['string', 'number'])
  if (typeof sha !== 'string' || !isGitOid(sha) || typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  }
  return { sha, offset }
}
