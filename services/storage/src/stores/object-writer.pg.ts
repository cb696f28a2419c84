import type { SqlRunner } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import { GIT_TYPE, type GitObject } from '../domain/git/git-object.ts'
import type { BlobFacts, NewCommit } from '../domain/git-store-port.ts'
import { bytesArrayParam, hexArrayParam, hexParam } from './bytea.ts'

const INSERT_OBJECTS_SQL = `
insert into git_objects (repo_id, oid, type, size, data)
select $1, o.oid, o.type, length(o.data), o.data from unnest($2::bytea[], $3::smallint[], $4::bytea[]) as o (oid, type, data)
on conflict (repo_id, oid) do nothing`

/** Rows that no commit named before, or whose blob turned out to be a large file. Answers the bytes that are new to the repo. */
const MARK_REACHED_SQL = `
with named as (
  select n.oid, n.lfs_sha256, n.lfs_size, g.reached as was_reached
  from unnest($2::bytea[], $3::bytea[], $4::bigint[]) as n (oid, lfs_sha256, lfs_size) join git_objects g on g.repo_id = $1 and g.oid = n.oid
  where not g.reached or (n.lfs_sha256 is not null and g.lfs_sha256 is null)
), marked as (
  update git_objects g set reached = true, lfs_sha256 = coalesce(n.lfs_sha256, g.lfs_sha256), lfs_size = coalesce(n.lfs_size, g.lfs_size)
  from named n where g.repo_id = $1 and g.oid = n.oid
  returning coalesce(g.lfs_size, g.size) as bytes, n.was_reached
)
select coalesce(sum(bytes) filter (where not was_reached), 0)::bigint as bytes from marked`

const INSERT_COMMIT_SQL = `
insert into commits (repo_id, oid, tree_oid, parent_oids, author_name, author_email, committed_at, title, message, linear_depth)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (repo_id, oid) do nothing`

/** Writes the objects and the row of a commit. Answers the bytes of content that the repo did not reach before. */
export async function insertCommit(sql: SqlRunner, repoId: ObjectId, commit: NewCommit): Promise<number> {
  await insertObjects(sql, repoId, commit.objects)
  const { record } = commit
  await sql.run({
    name: 'insert-commit', text: INSERT_COMMIT_SQL,
    values: [repoId, hexParam(record.oid), hexParam(record.treeOid), hexArrayParam(record.parentOids), record.authorName, commit.authorEmail, record.time,
      record.title, record.message, record.linearDepth ?? null],
  })
  return commit.reached.length === 0 ? 0 : markReached(sql, repoId, commit.reached)
}

async function insertObjects(sql: SqlRunner, repoId: ObjectId, objects: readonly GitObject[]): Promise<void> {
  await sql.run({
    name: 'insert-objects', text: INSERT_OBJECTS_SQL,
    values: [repoId, hexArrayParam(objects.map((object) => object.oid)), objects.map((object) => GIT_TYPE[object.type]), bytesArrayParam(objects.map((object) => object.data))],
  })
}

async function markReached(sql: SqlRunner, repoId: ObjectId, blobs: readonly BlobFacts[]): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>({
    name: 'mark-reached', text: MARK_REACHED_SQL,
    values: [repoId, hexArrayParam(blobs.map((blob) => blob.oid)), hexArrayParam(blobs.map((blob) => blob.lfs?.sha256)), blobs.map((blob) => blob.lfs?.sizeBytes ?? null)],
  })
  return row?.bytes ?? 0
}
