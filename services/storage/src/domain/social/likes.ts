import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { openRepo, repoNotFound, type AccessReads } from '../access.ts'
import { visibleTo } from '../list-repos.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from '../page-token.ts'
import type { Repo, RepoName } from '../repo.ts'
import type { Like, LikeCursor, LikeStore } from './like-store-port.ts'

export interface SocialContext {
  readonly repos: AccessReads
  readonly likes: LikeStore
}

const DEFAULT_PAGE = 100
const MAX_PAGE = 1000

export interface PageQuery {
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

/** Whoever may see a repo may like it. Answers how many do. */
export async function setLike(ctx: SocialContext, actor: Actor, command: { readonly repo: RepoName; readonly isLiked: boolean }): Promise<number> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'see')
  if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'You must log in to like a repository.')
  if (actor.token.role !== 'write') throw new HearthError('FORBIDDEN', 'Forbidden: the token in use has no "write" right, which it needs to like a repository.')
  const likes = await ctx.likes.setLike(repo.id, actor.id, command.isLiked)
  if (likes === undefined) throw repoNotFound()
  return likes
}

export interface LikersPage {
  readonly repo: Repo
  readonly userIds: readonly string[]
  readonly nextPageToken: string | undefined
}

export async function listLikers(ctx: SocialContext, actor: Actor, query: PageQuery & { readonly repo: RepoName }): Promise<LikersPage> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const found = await ctx.likes.listLikers(repo.id, { after: parseCursor(query.pageToken), limit: limit + 1 })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return { repo, userIds: shown.map((liker) => liker.userId), nextPageToken: found.length > limit && last !== undefined ? tokenAfter({ time: last.time, id: last.userId }) : undefined }
}

export interface LikesPage {
  readonly likes: readonly Like[]
  readonly nextPageToken: string | undefined
  readonly totalCount: number
}

export async function listLikes(ctx: SocialContext, actor: Actor, query: PageQuery & { readonly userId: string }): Promise<LikesPage> {
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const visible = visibleTo(actor)
  const found = await ctx.likes.listLikes(query.userId, visible, { after: parseCursor(query.pageToken), limit: limit + 1 })
  const likes = found.slice(0, limit)
  const last = likes.at(-1)
  const nextPageToken = found.length > limit && last !== undefined ? tokenAfter({ time: last.time, id: last.repo.id }) : undefined
  return { likes, nextPageToken, totalCount: await ctx.likes.countLikes(query.userId, visible) }
}

function tokenAfter({ time, id }: LikeCursor): string {
  return encodePageToken([time.getTime(), id])
}

function parseCursor(token: string | undefined): LikeCursor | undefined {
  if (token === undefined) return undefined
  const [time, id] = decodePageToken(token, ['number', 'string'])
  if (typeof time !== 'number' || typeof id !== 'string') throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  return { time: new Date(time), id }
}
