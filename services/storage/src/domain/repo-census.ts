import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import { visibleTo } from './list-repos.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { CallerCredentials, Namespace, StorageContext } from './ports.ts'
import type { RepoCounts } from './repo-store-port.ts'
import type { Repo } from './repo.ts'

/** How many repos of a namespace the actor may see; none for a namespace that is not there. */
export function countRepos(ctx: Pick<StorageContext, 'repos'>, actor: Actor, namespace: string): Promise<RepoCounts> {
  return ctx.repos.countRepos(namespace, visibleTo(actor))
}

export interface OwnedReposQuery {
  readonly namespace: string | undefined
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

export interface OwnedReposPage {
  readonly repos: readonly Repo[]
  readonly nextPageToken: string | undefined
  readonly totalBytes: number
}

const DEFAULT_PAGE = 100
const MAX_PAGE = 1000

/** All repos of a namespace with what they take, for those who belong to it. Throws UNAUTHENTICATED, NAMESPACE_NOT_FOUND or FORBIDDEN. */
export async function listOwnedRepos(ctx: Pick<StorageContext, 'repos' | 'namespaces'>, actor: Actor, query: OwnedReposQuery, caller: CallerCredentials): Promise<OwnedReposPage> {
  const namespace = await openOwnNamespace(ctx, actor, query.namespace, caller)
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const after = query.pageToken === undefined ? undefined : parseCursor(query.pageToken)
  const { repos, totalBytes } = await ctx.repos.listOwnedRepos({ namespaceId: namespace.id, after, limit: limit + 1 })
  const shown = repos.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = repos.length > limit && last !== undefined
  return { repos: shown, nextPageToken: hasMore ? encodePageToken([last.lastModifiedAt.getTime(), last.id]) : undefined, totalBytes }
}

async function openOwnNamespace(ctx: Pick<StorageContext, 'namespaces'>, actor: Actor, asked: string | undefined, caller: CallerCredentials): Promise<Namespace> {
  if (actor.kind === 'anonymous') throw new HearthError('UNAUTHENTICATED', 'You must log in to list your repositories.')
  const name = asked ?? actor.name
  const namespace = await ctx.namespaces.findNamespace(name, caller)
  if (namespace === undefined) throw new HearthError('NAMESPACE_NOT_FOUND', `There is no user or organization named ${JSON.stringify(name.slice(0, 100))}`)
  const visible = visibleTo(actor)
  if (visible.kind === 'all' || visible.orPrivateIn.includes(namespace.id)) return namespace
  throw new HearthError('FORBIDDEN', `Forbidden: you are not a member of ${namespace.name}, or the token in use may not see its repositories.`)
}

function parseCursor(token: string): { readonly value: number; readonly id: string } {
  const [value, id] = decodePageToken(token, ['number', 'string'])
  if (typeof value !== 'number' || typeof id !== 'string' || !isObjectId(id)) throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  return { value, id }
}
