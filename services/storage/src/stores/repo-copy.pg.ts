import { isUniqueViolation, type TxRunner } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId } from '@hearth/ids'
import { foldRepoPath, repoPath, type Repo } from '../domain/repo.ts'
import type { RepoCopy } from '../domain/repo-store-port.ts'
import { NOTHING_KNOWN, type FactsWriter } from './facts-writer.pg.ts'
import { endRedirect } from './repo-moves.pg.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'
import type { StoreOptions } from './store-options.ts'

const COPY_REPO_SQL = `
insert into repos (id, type, namespace, name, namespace_key, path_key, namespace_id, creator_id, visibility, space_sdk, gated, head_oid, created_at, last_modified_at)
select $2, type, $3, $4, $5, $6, $7, $8, $9, space_sdk, gated, head_oid, $10, $10 from repos where id = $1`

const COPY_REFS_SQL = `
insert into refs (repo_id, name, oid, tag_oid) select $2, name, oid, tag_oid from refs where repo_id = $1 and (name like 'refs/heads/%' or name like 'refs/tags/%')
returning name, encode(oid, 'hex') as oid`

const COMMIT_COLUMNS = 'oid, tree_oid, parent_oids, author_name, author_email, committed_at, title, message, linear_depth'
const COPY_COMMITS_SQL = `
with recursive reached (oid) as (
  select oid from refs where repo_id = $2
  union
  select p from reached r join commits c on c.repo_id = $1 and c.oid = r.oid cross join lateral unnest(c.parent_oids) as p
)
insert into commits (repo_id, ${COMMIT_COLUMNS})
select $2, ${COMMIT_COLUMNS.split(', ').map((column) => `c.${column}`).join(', ')} from reached r join commits c on c.repo_id = $1 and c.oid = r.oid`

const OBJECT_COLUMNS = 'oid, type, size, data, sha256, lfs_sha256, lfs_size, lfs_path, lfs_ref, reached'
const COPY_OBJECTS_SQL = `
insert into git_objects (repo_id, ${OBJECT_COLUMNS})
select $2, ${OBJECT_COLUMNS} from git_objects where repo_id = $1 and oid >= $3 and oid < $4 and (type = 2 or (type = 3 and reached))`
const COPY_HISTORY_SQL = `
insert into git_objects (repo_id, ${OBJECT_COLUMNS})
select $2, ${OBJECT_COLUMNS} from git_objects g where g.repo_id = $1 and (
  (g.type = 1 and g.oid in (select oid from commits where repo_id = $2)) or (g.type = 4 and g.oid in (select tag_oid from refs where repo_id = $2)))`

/** Only objects that commits name: what was sent and never committed belongs to its sender. */
const COPY_LFS_SQL = `
insert into repo_lfs_objects (repo_id, sha256)
select distinct $1, o.sha256 from git_objects g join lfs_objects o on o.sha256 = g.lfs_sha256 where g.repo_id = $1`

const HEAD_TREE_SQL = `select encode(c.tree_oid, 'hex') as "treeOid" from repos r join commits c on c.repo_id = r.id and c.oid = r.head_oid where r.id = $1`

const FINISH_SQL = `
update repos r set used_storage_bytes = (select coalesce(sum(coalesce(g.lfs_size, g.size)), 0) from git_objects g where g.repo_id = $1 and g.type = 3)
where id = $1 returning ${REPO_COLUMNS}`

export interface CopyOptions extends StoreOptions {
  readonly writeFacts: FactsWriter
}

/** One snapshot of the source, so that nobody who commits there has to wait. Rows are copied, stored bytes are shared by their hash. */
export async function duplicateRepo(options: CopyOptions, sourceId: ObjectId, copy: RepoCopy): Promise<Repo | undefined> {
  try {
    return await options.db.transaction((tx) => copyAll(options, tx, { sourceId, copy }), { isolation: 'repeatable read' })
  } catch (error) {
    if (!isUniqueViolation(error, 'repos_name_key')) throw error
    const path = repoPath(copy)
    throw new HearthError('REPO_EXISTS', `You already created this ${copy.type} repo: ${path}`, { cause: error, metadata: { repo: path } })
  }
}

interface CopyWork {
  readonly sourceId: ObjectId
  readonly copy: RepoCopy
}

async function copyAll(options: CopyOptions, tx: TxRunner, { sourceId, copy }: CopyWork): Promise<Repo | undefined> {
  const [namespaceKey, pathKey] = [foldRepoPath(copy.namespace), foldRepoPath(repoPath(copy))]
  const made = await tx.run({
    name: 'copy-repo', text: COPY_REPO_SQL,
    values: [sourceId, copy.id, copy.namespace, copy.name, namespaceKey, pathKey, copy.namespaceId, copy.creatorId, copy.visibility, copy.createdAt],
  })
  if (made === 0) return undefined
  await endRedirect(tx, copy.type, pathKey)
  const pair = [sourceId, copy.id]
  const refs = await tx.query<{ name: string; oid: GitOid }>({ name: 'copy-refs', text: COPY_REFS_SQL, values: pair })
  await tx.run({ name: 'copy-commits', text: COPY_COMMITS_SQL, values: pair })
  await tx.run({ name: 'copy-history', text: COPY_HISTORY_SQL, values: pair })
  for (const [from, to] of await rangesOf(tx, sourceId)) await tx.run({ name: 'copy-objects', text: COPY_OBJECTS_SQL, values: [...pair, from, to] })
  await tx.run({ name: 'copy-lfs', text: COPY_LFS_SQL, values: [copy.id] })
  const [head] = await tx.query<{ treeOid: GitOid }>({ name: 'copied-head-tree', text: HEAD_TREE_SQL, values: [copy.id] })
  if (head !== undefined) await options.writeFacts(tx, { repoId: copy.id, type: copy.type, treeOid: head.treeOid }, NOTHING_KNOWN)
  const [row] = await tx.query<RepoRow>({ name: 'finish-copy', text: FINISH_SQL, values: [copy.id] })
  if (row === undefined) throw new HearthError('INTERNAL', 'a new repo vanished')
  const identity = { repoId: copy.id, repoType: copy.type, namespace: copy.namespace, name: copy.name }
  await options.addEvent(tx, { type: 'hearth.storage.v1.repo.created', payload: { ...identity, sourceRepoId: sourceId } })
  for (const ref of refs) await options.addEvent(tx, { type: 'hearth.storage.v1.ref.moved', payload: { ...identity, ref: ref.name, from: null, to: ref.oid } })
  return repoOf(row)
}

const ONE_RANGE_ROWS = 20_000

/** A large repo goes in 256 pieces: each statement has a time limit. */
async function rangesOf(tx: TxRunner, repoId: ObjectId): Promise<(readonly [string, string])[]> {
  const text = 'select count(*) as total from (select 1 from git_objects where repo_id = $1 limit $2) as counted'
  const [row] = await tx.query<{ total: number }>({ name: 'count-some-objects', text, values: [repoId, ONE_RANGE_ROWS + 1] })
  const end = `\\x${'ff'.repeat(21)}`
  if (Number(row?.total ?? 0) <= ONE_RANGE_ROWS) return [['\\x', end]]
  const bound = (byte: number): string => (byte === 256 ? end : `\\x${byte.toString(16).padStart(2, '0')}`)
  return Array.from({ length: 256 }, (_, byte) => [bound(byte), bound(byte + 1)] as const)
}
