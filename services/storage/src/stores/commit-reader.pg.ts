import type { SqlRunner } from '@hearth/db'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { CommitRecord, GitReader } from '../domain/git-store-port.ts'
import { hexArrayParam, hexParam } from './bytea.ts'
import type { ObjectCaches } from './tree-cache.ts'

interface CommitRow {
  readonly oid: GitOid
  readonly tree_oid: GitOid
  readonly parent_oids: readonly GitOid[]
  readonly author_name: string
  readonly committed_at: Date
  readonly title: string
  readonly message: string
  readonly linear_depth: number | null
}

const COLUMNS = `encode(c.oid, 'hex') as oid, encode(c.tree_oid, 'hex') as tree_oid,
  array(select encode(p, 'hex') from unnest(c.parent_oids) with ordinality as u(p, n) order by n) as parent_oids,
  c.author_name, c.committed_at, c.title, c.message, c.linear_depth`

const FIND_SQL = `select ${COLUMNS} from commits c where c.repo_id = $1 and c.oid = $2`

const PREFIX_SQL = `select encode(oid, 'hex') as oid from commits where repo_id = $1 and oid >= $2 and oid <= $3 limit 2`

const FIRST_PARENTS_SQL = `
with recursive walk (n, oid) as (
  select 1, $2::bytea
  union all
  select w.n + 1, c.parent_oids[1] from walk w join commits c on c.repo_id = $1 and c.oid = w.oid
  where w.n < $3 and cardinality(c.parent_oids) > 0
)
select ${COLUMNS} from walk w join commits c on c.repo_id = $1 and c.oid = w.oid order by w.n`

const ANCESTORS = `
with recursive reached (oid) as (
  select $2::bytea
  union
  select p from reached r join commits c on c.repo_id = $1 and c.oid = r.oid cross join lateral unnest(c.parent_oids) as p
)`
const HISTORY_SQL = `${ANCESTORS}
select ${COLUMNS} from reached r join commits c on c.repo_id = $1 and c.oid = r.oid order by c.committed_at desc, c.oid limit $3 offset $4`
const COUNT_SQL = `${ANCESTORS} select count(*) as total from (select 1 from reached limit $3) as counted`

const REACHABLE_SQL = `
with recursive reached (oid) as (
  select unnest($2::bytea[])
  union
  select p from reached r join commits c on c.repo_id = $1 and c.oid = r.oid cross join lateral unnest(c.parent_oids) as p
)
select ${COLUMNS} from (select oid from reached limit $3) r join commits c on c.repo_id = $1 and c.oid = r.oid`
const RAW_SQL = `select encode(oid, 'hex') as oid, data from git_objects where repo_id = $1 and oid = any($2::bytea[]) and type in (1, 4) and data is not null`

type CommitReader = Pick<GitReader, 'findCommit' | 'findCommitOids' | 'walkFirstParents' | 'listHistory' | 'countHistory' | 'listReachable' | 'readRaw'>

export function createCommitReader(sql: SqlRunner, caches: ObjectCaches): CommitReader {
  return {
    findCommit: (repoId, oid) => findCommit(sql, caches, repoId, oid),
    findCommitOids: (repoId, prefix) => findCommitOids(sql, repoId, prefix),
    async walkFirstParents(repoId, start, limit) {
      const rows = await sql.query<CommitRow>({ name: 'walk-first-parents', text: FIRST_PARENTS_SQL, values: [repoId, hexParam(start), limit] })
      return rows.map(commitOf)
    },
    async listHistory(repoId, start, page) {
      const rows = await sql.query<CommitRow>({ name: 'list-history', text: HISTORY_SQL, values: [repoId, hexParam(start), page.limit, page.offset] })
      return rows.map(commitOf)
    },
    async listReachable(repoId, starts, max) {
      const rows = await sql.query<CommitRow>({ name: 'list-reachable', text: REACHABLE_SQL, values: [repoId, hexArrayParam(starts), max] })
      return rows.map(commitOf)
    },
    async readRaw(repoId, oids) {
      const rows = await sql.query<{ oid: GitOid; data: Buffer }>({ name: 'read-raw', text: RAW_SQL, values: [repoId, hexArrayParam(oids)] })
      return new Map(rows.map((row) => [row.oid, row.data]))
    },
    async countHistory(repoId, start, max) {
      const [row] = await sql.query<{ total: number }>({ name: 'count-history', text: COUNT_SQL, values: [repoId, hexParam(start), max] })
      return Number(row?.total ?? 0)
    },
  }
}

async function findCommit(sql: SqlRunner, caches: ObjectCaches, repoId: ObjectId, oid: GitOid): Promise<CommitRecord | undefined> {
  const key = `${repoId}:${oid}`
  const known = caches.commits.get(key)
  if (known !== undefined) return known
  const [row] = await sql.query<CommitRow>({ name: 'find-commit', text: FIND_SQL, values: [repoId, hexParam(oid)] })
  if (row === undefined) return undefined
  const commit = commitOf(row)
  caches.commits.set(key, commit)
  return commit
}

/** All ids that begin with the digits lie between the prefix filled with 0 and filled with f. */
async function findCommitOids(sql: SqlRunner, repoId: ObjectId, prefix: string): Promise<GitOid[]> {
  const values = [repoId, hexParam(prefix.padEnd(40, '0')), hexParam(prefix.padEnd(40, 'f'))]
  return (await sql.query<{ oid: GitOid }>({ name: 'find-commit-oids', text: PREFIX_SQL, values })).map((row) => row.oid)
}

function commitOf(row: CommitRow): CommitRecord {
  return {
    oid: row.oid, treeOid: row.tree_oid, parentOids: row.parent_oids, authorName: row.author_name, time: row.committed_at,
    title: row.title, message: row.message, linearDepth: row.linear_depth ?? undefined,
  }
}
