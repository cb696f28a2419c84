import type { SqlRunner } from '@hearth/db'
import type { GitOid, ObjectId } from '@hearth/ids'
import { GIT_TYPE, type GitObject } from '../domain/git/git-object.ts'
import type { NewCommit, ReachedBlob } from '../domain/git-store-port.ts'
import { bytesArrayParam, hexArrayParam, hexParam } from './bytea.ts'

const INSERT_OBJECTS_SQL = `
insert into git_objects (repo_id, oid, type, size, data, lfs_sha256, lfs_size, lfs_path, lfs_ref)
select $1, o.oid, o.type, length(o.data), o.data, o.lfs_sha256, o.lfs_size, o.lfs_path, case when o.lfs_path is not null then $8 end
from unnest($2::bytea[], $3::smallint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::text[]) as o (oid, type, data, lfs_sha256, lfs_size, lfs_path)
on conflict (repo_id, oid) do nothing`

/** `= any` and not a join: the planner knows nothing of a repo that is being filled, and would pick a quadratic plan. */
const MARK_REACHED_SQL = `
with marked as (
  update git_objects set reached = true where repo_id = $1 and oid = any($2::bytea[]) and not reached returning coalesce(lfs_size, size) as bytes
)
select coalesce(sum(bytes), 0)::bigint as bytes from marked`

/** Blobs that lay there as plain text and turn out to be pointers of large files: new ones are inserted as such, so these are few. */
const STILL_PLAIN_SQL = `select encode(oid, 'hex') as oid from git_objects where repo_id = $1 and oid = any($2::bytea[]) and lfs_sha256 is null`
const MARK_LFS_SQL = 'update git_objects set lfs_sha256 = $3, lfs_size = $4, lfs_path = $5, lfs_ref = $6 where repo_id = $1 and oid = $2'

const INSERT_COMMIT_SQL = `
insert into commits (repo_id, oid, tree_oid, parent_oids, author_name, author_email, committed_at, title, message, linear_depth)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (repo_id, oid) do nothing`

/** Writes the objects and the row of a commit. Answers the bytes of content that the repo did not reach before. */
export async function insertCommit(sql: SqlRunner, repoId: ObjectId, commit: NewCommit): Promise<number> {
  await insertObjects(sql, repoId, commit)
  const { record } = commit
  await sql.run({
    name: 'insert-commit', text: INSERT_COMMIT_SQL,
    values: [repoId, hexParam(record.oid), hexParam(record.treeOid), hexArrayParam(record.parentOids), record.authorName, commit.authorEmail, record.time,
      record.title, record.message, record.linearDepth ?? null],
  })
  return commit.reached.length === 0 ? 0 : markReached(sql, repoId, commit)
}

/** A lone object: an annotated tag. */
export async function insertObject(sql: SqlRunner, repoId: ObjectId, object: GitObject): Promise<void> {
  const text = 'insert into git_objects (repo_id, oid, type, size, data) values ($1, $2, $3, $4, $5) on conflict (repo_id, oid) do nothing'
  await sql.run({ name: 'insert-object', text, values: [repoId, hexParam(object.oid), GIT_TYPE[object.type], object.data.length, object.data] })
}

async function insertObjects(sql: SqlRunner, repoId: ObjectId, commit: NewCommit): Promise<void> {
  const { objects } = commit
  const reached = new Map(commit.reached.map((blob) => [blob.oid, blob]))
  await sql.run({
    name: 'insert-objects', text: INSERT_OBJECTS_SQL,
    values: [repoId, hexArrayParam(objects.map((object) => object.oid)), objects.map((object) => GIT_TYPE[object.type]), bytesArrayParam(objects.map((object) => object.data)),
      hexArrayParam(objects.map((object) => reached.get(object.oid)?.lfs?.sha256)), objects.map((object) => reached.get(object.oid)?.lfs?.sizeBytes ?? null),
      objects.map((object) => lfsPathOf(reached.get(object.oid)) ?? null), commit.pushedTo ?? null],
  })
}

/** PostgreSQL's text has no U+0000; paths that a commit names have none either. */
function lfsPathOf(blob: ReachedBlob | undefined): string | undefined {
  return blob?.lfs === undefined ? undefined : blob.path
}

async function markReached(sql: SqlRunner, repoId: ObjectId, commit: NewCommit): Promise<number> {
  const blobs = commit.reached
  await markLfs(sql, repoId, commit)
  const [row] = await sql.query<{ bytes: number }>({ name: 'mark-reached', text: MARK_REACHED_SQL, values: [repoId, hexArrayParam(blobs.map((blob) => blob.oid))] })
  return row?.bytes ?? 0
}

async function markLfs(sql: SqlRunner, repoId: ObjectId, { reached, pushedTo }: NewCommit): Promise<void> {
  const large = reached.filter((blob) => blob.lfs !== undefined)
  if (large.length === 0) return
  const rows = await sql.query<{ oid: GitOid }>({ name: 'still-plain', text: STILL_PLAIN_SQL, values: [repoId, hexArrayParam(large.map((blob) => blob.oid))] })
  const plain = new Set(rows.map((row) => row.oid))
  for (const { oid, lfs, path } of large) {
    if (lfs === undefined || !plain.has(oid)) continue
    await sql.run({ name: 'mark-lfs', text: MARK_LFS_SQL, values: [repoId, hexParam(oid), hexParam(lfs.sha256), lfs.sizeBytes, path ?? null, pushedTo ?? null] })
  }
}
