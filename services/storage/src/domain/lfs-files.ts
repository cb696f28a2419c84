import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isSha256, type Sha256 } from '@hearth/ids'
import { accountOf, openRepo, type AccessReads } from './access.ts'
import type { HeldObject, LfsStore } from './lfs-store-port.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { Repo, RepoName } from './repo.ts'

export interface LfsFilesContext {
  readonly repos: AccessReads
  readonly lfs: LfsStore
}

export interface LfsFilesPage {
  readonly repo: Repo
  readonly files: readonly HeldObject[]
  readonly nextPageToken: string | undefined
}

const DEFAULT_PAGE = 1000
const MAX_PAGE = 1000
export const MAX_LFS_FILES = 1000

/** Every large object that the repo holds, newest first, for those who may write there: objects of old commits and uncommitted ones are among them. */
export async function listLfsFiles(
  ctx: LfsFilesContext, actor: Actor, query: { readonly repo: RepoName; readonly pageSize: number | undefined; readonly pageToken: string | undefined },
): Promise<LfsFilesPage> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'writeContent')
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const found = await ctx.lfs.listHeld(repo.id, { after: query.pageToken === undefined ? undefined : parseCursor(query.pageToken), limit: limit + 1 })
  const files = found.slice(0, limit)
  const last = files.at(-1)
  return { repo, files, nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.addedAt.getTime(), last.sha256]) : undefined }
}

function parseCursor(token: string): { readonly addedAt: Date; readonly sha256: Sha256 } {
  const [time, sha256] = decodePageToken(token, ['number', 'string'])
  if (typeof time !== 'number' || typeof sha256 !== 'string' || !isSha256(sha256)) throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  return { addedAt: new Date(time), sha256 }
}

export interface ShareCommand {
  readonly source: RepoName
  readonly target: RepoName
  readonly sha256s: readonly Sha256[]
}

/**
 * Answers those that the source does not hold. The right to read the source proves that the actor could have sent the bytes, so
 * that the target takes them as sent by the actor.
 */
export async function shareLfsFiles(ctx: LfsFilesContext, actor: Actor, command: ShareCommand): Promise<readonly Sha256[]> {
  assertCount(command.sha256s)
  const source = await openRepo(ctx.repos, actor, command.source, 'readContent')
  const target = await openRepo(ctx.repos, actor, command.target, 'writeContent')
  const held = await ctx.lfs.findInRepo(source.id, command.sha256s, accountOf(actor))
  if (held.size > 0) await ctx.lfs.adoptObjects(target.id, [...held.keys()], accountOf(actor))
  return command.sha256s.filter((sha256) => !held.has(sha256))
}

export function assertCount(sha256s: readonly Sha256[]): void {
  if (sha256s.length === 0 || sha256s.length > MAX_LFS_FILES) throw new HearthError('INVALID_ARGUMENT', `1 to ${MAX_LFS_FILES} objects can be named at once`)
}
