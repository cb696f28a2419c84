import { repoRightsOf, type Actor, type UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { StorageContext } from './ports.ts'
import type { RepoCursor, RepoSort, VisibilityFilter } from './repo-store-port.ts'
import type { Repo, RepoType } from './repo.ts'

export interface ListReposQuery {
  readonly type: RepoType
  readonly author: string | undefined
  readonly search: readonly string[]
  readonly gated: boolean | undefined
  readonly sort: RepoSort
  readonly ascending: boolean
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

const DEFAULT_PAGE = 1000
const MAX_PAGE = 1000
const MAX_TERMS = 20
const MAX_TERM_CHARS = 200

export async function listRepos(ctx: StorageContext, actor: Actor, query: ListReposQuery): Promise<{ readonly repos: readonly Repo[]; readonly nextPageToken: string | undefined }> {
  const search = query.search.flatMap((text) => text.split(/\s+/)).filter((term) => term !== '')
  if (search.length > MAX_TERMS || search.some((term) => term.length > MAX_TERM_CHARS)) {
    throw new HearthError('INVALID_ARGUMENT', `A search takes at most ${MAX_TERMS} words of ${MAX_TERM_CHARS} characters`)
  }
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, MAX_PAGE)
  const scope = `${query.sort}:${query.ascending ? 'asc' : 'desc'}`
  const after = query.pageToken === undefined ? undefined : parseCursor(query.pageToken, scope)
  const { type, author, gated, sort, ascending } = query
  const found = await ctx.repos.listRepos({ type, visible: visibleTo(actor), author, search, gated, sort, ascending, after, limit: limit + 1 })
  const repos = found.slice(0, limit)
  const last = repos.at(-1)
  return { repos, nextPageToken: found.length > limit && last !== undefined ? encodePageToken([scope, sortValue(last, sort), last.id]) : undefined }
}

function parseCursor(token: string, scope: string): RepoCursor {
  const [tokenScope, value, id] = decodePageToken(token, ['string', 'number', 'string'])
  if (tokenScope !== scope || typeof value !== 'number' || typeof id !== 'string' || !isObjectId(id)) {
    throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  }
  return { value, id }
}

/** The number by which a list is ordered; times in milliseconds. */
export function sortValue(repo: Repo, sort: RepoSort): number {
  switch (sort) {
    case 'lastModified': return repo.lastModifiedAt.getTime()
    case 'created': return repo.createdAt.getTime()
    case 'downloads': return repo.downloads
    case 'likes': return repo.likes
    case 'trending': return repo.trendingScore
  }
}

/** Says for SQL what `can(actor, 'see', repo)` says for one repo; a test holds the two together. */
export function visibleTo(actor: Actor): VisibilityFilter {
  if (actor.kind === 'service') return { kind: 'all' }
  if (actor.kind === 'anonymous') return { kind: 'public', orPrivateIn: [] }
  if (actor.token.role === 'fineGrained') return visibleToScopes(actor)
  if (actor.isAdmin) return { kind: 'all' }
  return { kind: 'public', orPrivateIn: namespacesOf(actor) }
}

/** Of what the scopes of a fine-grained token name, the part that the account itself may see. */
function visibleToScopes(actor: UserActor): VisibilityFilter {
  const own = actor.isAdmin ? undefined : namespacesOf(actor)
  const scoped = actor.token.scopes?.scoped ?? []
  const idsOf = (kind: 'repo' | 'namespace'): string[] => [...new Set(scoped.filter((scope) => scope.kind === kind).map(({ id }) => id))]
  const orPrivateIn = idsOf('namespace').filter((id) => own?.includes(id) !== false && repoRightsOf(actor, { namespaceId: id, repoId: '' }).readPrivate)
  const ids = idsOf('repo').filter((id) => repoRightsOf(actor, { namespaceId: '', repoId: id }).readPrivate)
  return { kind: 'public', orPrivateIn, ...(ids.length === 0 ? {} : { orPrivateRepos: { ids, namespaceIds: own } }) }
}

function namespacesOf(actor: UserActor): string[] {
  return [actor.id, ...actor.orgs.map((org) => org.id)]
}
