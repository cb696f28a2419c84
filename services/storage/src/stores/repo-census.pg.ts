import type { ObjectId } from '@hearth/ids'
import { foldRepoPath, type Repo } from '../domain/repo.ts'
import type { OwnedRepoQuery, RepoCounts, VisibilityFilter } from '../domain/repo-store-port.ts'
import { visibleSql } from './repo-list-sql.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'
import type { StoreOptions } from './store-options.ts'

export async function countRepos({ db }: StoreOptions, namespace: string, visible: VisibilityFilter): Promise<RepoCounts> {
  const values: unknown[] = [foldRepoPath(namespace)]
  const seen = visible.kind === 'all' ? 'true' : visibleSql(visible, (value) => `$${values.push(value)}`)
  const text = `select r.type, count(*) as total from repos r where r.namespace_key = $1 and ${seen} group by r.type`
  const rows = await db.query<{ type: Repo['type']; total: number }>({ text, values })
  const total = (type: Repo['type']): number => Number(rows.find((row) => row.type === type)?.total ?? 0)
  return { models: total('model'), datasets: total('dataset'), spaces: total('space') }
}

const OWNED_SQL = `
select ${REPO_COLUMNS} from repos r where r.namespace_id = $1 and (r.last_modified_at, r.id) < ($2, $3)
order by r.last_modified_at desc, r.id desc limit $4`
const TOTAL_SQL = 'select coalesce(sum(used_storage_bytes), 0)::bigint as total from repos where namespace_id = $1'

export async function listOwnedRepos({ db }: StoreOptions, query: OwnedRepoQuery): Promise<{ repos: Repo[]; totalBytes: number }> {
  const after = query.after === undefined ? ['infinity', ''] : [new Date(query.after.value), query.after.id]
  const rows = await db.query<RepoRow>({ name: 'list-owned', text: OWNED_SQL, values: [query.namespaceId, ...after, query.limit] })
  const [sum] = await db.query<{ total: number }>({ name: 'sum-owned', text: TOTAL_SQL, values: [query.namespaceId] })
  return { repos: rows.map(repoOf), totalBytes: Number(sum?.total ?? 0) }
}

const MEASURE_SQL = `select coalesce(sum(300 + case when data is null then 0 else size end), 0)::bigint as bytes from git_objects where repo_id = $1`

export async function measureRows({ db }: StoreOptions, id: ObjectId): Promise<number> {
  const [row] = await db.query<{ bytes: number }>({ name: 'measure-rows', text: MEASURE_SQL, values: [id] })
  return Number(row?.bytes ?? 0)
}
