import type { Statement } from '@hearth/db'
import { foldRepoPath } from '../domain/repo.ts'
import type { PrivateRepos, RepoCursor, RepoListQuery, RepoSort, VisibilityFilter } from '../domain/repo-store-port.ts'

/**
 * How a page is found. `walk`: along the sort index, testing each row, until the page is full: for what many rows have.
 * `gather`: all that fit, by the indexes of words, tags and authors, then sorted: for what few rows have. Each is written
 * so that the planner cannot take the other way.
 */
export type ListPlan = 'walk' | 'gather'

const SORT_COLUMNS: Readonly<Record<RepoSort, string>> = {
  lastModified: 'last_modified_at', created: 'created_at', downloads: 'downloads', likes: 'likes', trending: 'trending_score',
}

/**
 * Only walks are kept prepared: their plan is the same whatever the values are. How to gather is for the planner to decide by
 * the values, each time. Above so many words or tags nothing is kept: their number is in the text.
 */
const MAX_PREPARED_TERMS = 3

interface Builder {
  readonly values: unknown[]
  bind(value: unknown): string
}

function createBuilder(): Builder {
  const values: unknown[] = []
  return { values, bind: (value) => `$${values.push(value)}` }
}

/** A page of repos in keyset order, as one text: "<id> <version>" of each, between commas. Null for an empty page. */
export function buildPageStatement(query: RepoListQuery, plan: ListPlan): Statement {
  const builder = createBuilder()
  const column = SORT_COLUMNS[query.sort]
  const direction = query.ascending ? 'asc' : 'desc'
  const where = conditions(query, plan, builder)
  const limit = builder.bind(query.limit)
  const version = `r.id || ' ' || r.xmin::text as version`
  const page = plan === 'walk'
    ? `select ${version} from repos r where ${where} order by r.${column} ${direction}, r.id ${direction} limit ${limit}`
    : `select h.version from hits h order by h.sort_value ${direction}, h.id ${direction} limit ${limit}`
  const hits = plan === 'walk' ? '' : `with hits as materialized (select r.id, ${version}, r.${column} as sort_value from repos r where ${where})\n`
  const text = `${hits}select string_agg(p.version, ',') as rows from (${page}) p`
  const isPrepared = plan === 'walk' && query.search.length <= MAX_PREPARED_TERMS && query.tags.length <= MAX_PREPARED_TERMS
  return { text, values: builder.values, ...(isPrepared ? { name: nameOf(text) } : {}) }
}

function conditions(query: RepoListQuery, plan: ListPlan, { bind }: Builder): string {
  const where = [`r.type = ${bind(query.type)}`]
  if (query.visible.kind === 'public') where.push(visibleSql(query.visible, bind))
  if (query.author !== undefined) where.push(`${plan === 'walk' ? `r.namespace_key || ''` : 'r.namespace_key'} = ${bind(foldRepoPath(query.author))}`)
  for (const term of query.search) where.push(plan === 'walk' ? `strpos(r.path_key, ${bind(foldTerm(term))}) > 0` : `r.path_key like ${bind(`%${escapeLike(foldTerm(term))}%`)}`)
  where.push(...tagConditions(query, plan, bind), ...factConditions(query, plan, bind))
  const column = SORT_COLUMNS[query.sort]
  if (query.after !== undefined) where.push(`(r.${column}, r.id) ${query.ascending ? '>' : '<'} (${bind(cursorValue(query.sort, query.after))}, ${bind(query.after.id)})`)
  return where.join(' and ')
}

/** A task is a tag as well, and the index is on the tags. */
function tagConditions({ tags, pipelineTag }: RepoListQuery, plan: ListPlan, bind: Builder['bind']): string[] {
  if (plan === 'walk') return tags.map((tag) => `${bind(tag)} = any(r.tags)`)
  const wanted = pipelineTag === undefined ? tags : [...tags, pipelineTag]
  return wanted.length === 0 ? [] : [`r.tags @> ${bind(wanted)}::text[]`]
}

function factConditions(query: RepoListQuery, plan: ListPlan, bind: Builder['bind']): string[] {
  const where: string[] = []
  const parameters = plan === 'walk' ? '(r.parameter_count + 0)' : 'r.parameter_count'
  if (query.gated !== undefined) where.push(query.gated ? `r.gated <> 'open'` : `r.gated = 'open'`)
  if (query.pipelineTag !== undefined) where.push(`r.pipeline_tag = ${bind(query.pipelineTag)}`)
  if (query.minParameters !== undefined) where.push(`${parameters} >= ${bind(query.minParameters)}`)
  if (query.maxParameters !== undefined) where.push(`${parameters} <= ${bind(query.maxParameters)}`)
  for (const links of query.links) where.push(`r.links && ${bind(links.map(foldRepoPath))}::text[]`)
  if (query.hasLinks) where.push(`r.links <> '{}'`)
  return where
}

/** Says in SQL what `visibleTo` says; parameters go through `bind`. */
export function visibleSql({ orPrivateIn, orPrivateRepos }: Extract<VisibilityFilter, { kind: 'public' }>, bind: (value: unknown) => string): string {
  const either = [`r.visibility = 'public'`]
  if (orPrivateIn.length > 0) either.push(`r.namespace_id = any(${bind(orPrivateIn)}::text[])`)
  if (orPrivateRepos !== undefined) either.push(privateReposSql(orPrivateRepos, bind))
  return `(${either.join(' or ')})`
}

function privateReposSql({ ids, namespaceIds }: PrivateRepos, bind: (value: unknown) => string): string {
  const byId = `r.id = any(${bind(ids)}::text[])`
  return namespaceIds === undefined ? byId : `(${byId} and r.namespace_id = any(${bind(namespaceIds)}::text[]))`
}

function cursorValue(sort: RepoSort, cursor: RepoCursor): unknown {
  return sort === 'lastModified' || sort === 'created' ? new Date(cursor.value) : cursor.value
}

function foldTerm(term: string): string {
  return foldRepoPath(term).replaceAll('\0', '')
}

function escapeLike(term: string): string {
  return term.replace(/[\\%_]/g, '\\$&')
}

const names = new Map<string, string>()

/** One name for one text; the texts are few, as they hold no values. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `list-repos-${names.size}`
  names.set(text, name)
  return name
}
