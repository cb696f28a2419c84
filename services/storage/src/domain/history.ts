import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isGitOid, type GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import type { CommitRecord } from './git-store-port.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { StorageContext } from './ports.ts'
import { commitAt } from './read-tree.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'

export interface CommitPage {
  readonly repo: Repo
  readonly commits: readonly CommitRecord[]
  readonly nextPageToken: string | undefined
  readonly totalCount: number
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000
const MAX_COUNT = 100_000

export interface ListCommitsQuery {
  readonly repo: RepoName
  readonly revision: string
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
  /** Commits to pass over, for callers that count pages. */
  readonly skip?: number | undefined
}

/** History of a revision, newest first. Later pages stay at the commit of the first. */
export async function listCommits(ctx: StorageContext, actor: Actor, query: ListCommitsQuery): Promise<CommitPage> {
  const skip = query.skip ?? 0
  if (skip > MAX_COUNT) throw new HearthError('INVALID_ARGUMENT', `At most ${MAX_COUNT} commits can be passed over; follow the links to the next page instead`)
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const cursor = query.pageToken === undefined ? undefined : parseCursor(query.pageToken)
  const sha = await resolveRevision(ctx.git, repo, cursor?.sha ?? query.revision)
  const head = await commitAt(ctx, repo, sha)
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const place = cursor ?? { sha, from: sha, offset: skip }
  const isLinear = head.linearDepth !== undefined
  const found = isLinear
    ? (await ctx.git.walkFirstParents(repo.id, place.from, limit + 1 + (cursor === undefined ? skip : 0))).slice(cursor === undefined ? skip : 0)
    : await ctx.git.listHistory(repo.id, sha, { offset: place.offset, limit: limit + 1 })
  const next = found[limit]
  const totalCount = head.linearDepth ?? await ctx.git.countHistory(repo.id, sha, MAX_COUNT)
  return { repo, commits: found.slice(0, limit), nextPageToken: next === undefined ? undefined : encodePageToken([sha, next.oid, place.offset + limit]), totalCount }
}

interface HistoryCursor {
  readonly sha: GitOid
  /** First commit of the page; used where every commit has one parent. */
  readonly from: GitOid
  readonly offset: number
}

function parseCursor(token: string): HistoryCursor {
  const [sha, from, offset] = decodePageToken(token, ['string', 'string', 'number'])
  const isPlace = typeof sha === 'string' && isGitOid(sha) && typeof from === 'string' && isGitOid(from)
  if (!isPlace || typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  }
  return { sha, from, offset }
}
