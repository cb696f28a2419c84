import type { Statement } from '@hearth/db'
import { foldRepoPath } from '../domain/repo.ts'
import type { RepoCursor, RepoListQuery, RepoSort } from '../domain/repo-store-port.ts'
import { REPO_COLUMNS } from './repo-row.ts'

const SORT_COLUMNS: Readonly<Record<RepoSort, string>> = {
  lastModified: 'last_modified_at', created: 'created_at', downloads: 'downloads', likes: 'likes', trending: 'trending_score',
}

/** A page of repos in keyset order. The text depends on which filters are set, so it is planned anew where the filters differ. */
export function buildListStatement(query: RepoListQuery): Statement {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const column = SORT_COLUMNS[query.sort]
  const direction = query.ascending ? 'asc' : 'desc'
  const where = [`r.type = ${bind(query.type)}`]
  if (query.visible.kind === 'public') where.push(visibleSql(query.visible.orPrivateIn, bind))
  if (query.author !== undefined) where.push(`r.namespace_key = ${bind(foldRepoPath(query.author))}`)
  for (const term of query.search) where.push(`r.path_key like ${bind(`%${escapeLike(foldRepoPath(term))}%`)}`)
  if (query.gated !== undefined) where.push(query.gated ? `r.gated <> 'open'` : `r.gated = 'open'`)
  if (query.after !== undefined) where.push(`(r.${column}, r.id) ${query.ascending ? '>' : '<'} (${bind(cursorValue(query.sort, query.after))}, ${bind(query.after.id)})`)
  const text = `select ${REPO_COLUMNS} from repos r where ${where.join(' and ')} order by r.${column} ${direction}, r.id ${direction} limit ${bind(query.limit)}`
  return { text, values }
}

/** Says in SQL what `visibleTo` says; parameters go through `bind`. */
export function visibleSql(privateIn: readonly string[], bind: (value: unknown) => string): string {
  return privateIn.length === 0 ? `r.visibility = 'public'` : `(r.visibility = 'public' or r.namespace_id = any(${bind(privateIn)}::text[]))`
}

function cursorValue(sort: RepoSort, cursor: RepoCursor): unknown {
  return sort === 'lastModified' || sort === 'created' ? new Date(cursor.value) : cursor.value
}

function escapeLike(term: string): string {
  return term.replace(/[\\%_]/g, '\\$&').replaceAll('\0', '')
}
