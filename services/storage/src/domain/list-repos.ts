import { repoRightsOf, type Actor, type UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import type { DetailChoice, RepoFacts } from './catalogue/facts.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { ContentContext } from './ports.ts'
import { commitAt } from './read-tree.ts'
import type { ListedRepo, RepoCursor, RepoSort, VisibilityFilter } from './repo-store-port.ts'
import type { Repo, RepoType } from './repo.ts'
import { listSiblings, MAX_SIBLING_BYTES, type SiblingList } from './siblings.ts'

export interface ListReposQuery {
  readonly type: RepoType
  readonly author: string | undefined
  readonly search: readonly string[]
  readonly gated: boolean | undefined
  readonly tags: readonly string[]
  readonly pipelineTag: string | undefined
  readonly minParameters: number | undefined
  readonly maxParameters: number | undefined
  readonly linkedModels: readonly string[]
  readonly linkedDatasets: readonly string[]
  readonly hasLinks: boolean
  readonly details: DetailChoice
  readonly includeSiblings: boolean
  readonly sort: RepoSort
  readonly ascending: boolean
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

const DEFAULT_PAGE = 1000
const MAX_PAGE = 1000
/** Wide facts of so many repos, at the size that they usually have, fit into an answer. */
const MAX_WIDE_PAGE = 200
/** Each row's files are listed. */
const MAX_SIBLINGS_PAGE = 100
const MAX_TERMS = 20
const MAX_TERM_CHARS = 200

export interface ShownRow extends Pick<ListedRepo, 'repo' | 'facts'> {
  readonly listed: ListedRepo
  readonly siblings: SiblingList | undefined
}

export interface ListedPage {
  readonly rows: readonly ShownRow[]
  readonly nextPageToken: string | undefined
}

export async function listRepos(ctx: ContentContext, actor: Actor, query: ListReposQuery): Promise<ListedPage> {
  const search = query.search.flatMap((text) => text.split(/\s+/)).filter((term) => term !== '')
  assertTerms(search, 'A search')
  assertTerms([...query.tags, ...query.linkedModels, ...query.linkedDatasets], 'A filter')
  const max = query.includeSiblings ? MAX_SIBLINGS_PAGE : isWide(query.details) ? MAX_WIDE_PAGE : MAX_PAGE
  const limit = pageSizeOf(query.pageSize, DEFAULT_PAGE, max)
  const scope = `${query.sort}:${query.ascending ? 'asc' : 'desc'}`
  const after = query.pageToken === undefined ? undefined : parseCursor(query.pageToken, scope)
  const { type, author, gated, tags, pipelineTag, minParameters, maxParameters, hasLinks, details, sort, ascending } = query
  const links = [query.linkedModels.map((id) => `model:${id}`), query.linkedDatasets.map((id) => `dataset:${id}`)].filter((group) => group.length > 0)
  const { rows, hasMore } = await ctx.repos.listRepos({
    type, visible: visibleTo(actor), author, search, gated, tags, pipelineTag, minParameters, maxParameters, links, hasLinks, details, sort, ascending, after, limit,
  })
  const shown = takeWithinBudget(rows)
  const last = shown.at(-1)
  const nextPageToken = (hasMore || rows.length > shown.length) && last !== undefined ? encodePageToken([scope, sortValue(last.repo, sort), last.repo.id]) : undefined
  return { rows: query.includeSiblings ? await withSiblings(ctx, shown) : shown.map((listed) => ({ listed, repo: listed.repo, facts: listed.facts, siblings: undefined })), nextPageToken }
}

function isWide(details: DetailChoice): boolean {
  return details.card || details.config || details.extras
}

function assertTerms(terms: readonly string[], what: string): void {
  if (terms.length <= MAX_TERMS && terms.every((term) => term.length <= MAX_TERM_CHARS)) return
  throw new HearthError('INVALID_ARGUMENT', `${what} takes at most ${MAX_TERMS} words of ${MAX_TERM_CHARS} characters`)
}

/** An RPC message takes 4 MiB; a page of long cards ends early, with one row at least. */
const MAX_WIDE_CHARS = 1_000_000

function takeWithinBudget(rows: readonly ListedRepo[]): readonly ListedRepo[] {
  let chars = 0
  const end = rows.findIndex((row, index) => {
    chars += wideChars(row.facts)
    return index > 0 && chars > MAX_WIDE_CHARS
  })
  return end === -1 ? rows : rows.slice(0, end)
}

function wideChars({ wide }: RepoFacts): number {
  if (wide === undefined) return 0
  return [wide.cardJson, wide.configJson, wide.description, wide.citation, wide.transformersJson].reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

/** Files of each repo as its head is now; those beyond what an answer holds are marked as cut. */
async function withSiblings(ctx: ContentContext, rows: readonly ListedRepo[]): Promise<ListedPage['rows']> {
  const budget = { bytes: MAX_SIBLING_BYTES }
  const full: ShownRow[] = []
  for (const listed of rows) {
    const { repo, facts } = listed
    const commit = await commitAt(ctx, repo, repo.headOid)
    full.push({ listed, repo, facts, siblings: await listSiblings(ctx, { repo, treeOid: commit.treeOid, withFacts: false }, budget) })
  }
  return full
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
