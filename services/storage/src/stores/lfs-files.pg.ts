import type { Db, TxRunner } from '@hearth/db'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { HeldObject, HeldObjectQuery } from '../domain/lfs-store-port.ts'
import { hexArrayParam, hexParam } from './bytea.ts'
import type { StoreOptions } from './store-options.ts'

const LIST_SQL = `
select encode(r.sha256, 'hex') as sha256, o.size_bytes as size, r.added_at, encode(p.oid, 'hex') as pointer_oid, p.lfs_path, p.lfs_ref
from repo_lfs_objects r join lfs_objects o on o.sha256 = r.sha256
left join lateral (
  select oid, lfs_path, lfs_ref from git_objects g where g.lfs_sha256 = r.sha256 and g.repo_id = r.repo_id and g.reached limit 1
) p on true
where r.repo_id = $1 and (r.added_at, r.sha256) < ($2, $3) order by r.added_at desc, r.sha256 desc limit $4`

interface HeldRow {
  readonly sha256: Sha256
  readonly size: number
  readonly added_at: Date
  readonly pointer_oid: GitOid | null
  readonly lfs_path: string | null
  readonly lfs_ref: string | null
}

export async function listHeld(db: Pick<Db, 'query'>, repoId: ObjectId, { after, limit }: HeldObjectQuery): Promise<HeldObject[]> {
  const values = [repoId, after?.addedAt ?? 'infinity', after === undefined ? '\\x' : hexParam(after.sha256), limit]
  const rows = await db.query<HeldRow>({ name: 'lfs-list-held', text: LIST_SQL, values })
  return rows.map((row) => ({
    sha256: row.sha256, sizeBytes: row.size, addedAt: row.added_at,
    place: row.pointer_oid === null ? undefined : { pointerOid: row.pointer_oid, path: row.lfs_path ?? undefined, ref: row.lfs_ref ?? undefined },
  }))
}

const ADOPT_SQL = `
with held as (
  insert into repo_lfs_objects (repo_id, sha256) select $1, o.sha256 from lfs_objects o where o.sha256 = any($2::bytea[])
  on conflict (repo_id, sha256) do update set added_at = now() returning sha256
)
insert into lfs_senders (repo_id, sha256, sender_id) select $1, sha256, $3 from held
on conflict (repo_id, sha256, sender_id) do update set sent_at = now()`

export interface Adoption {
  readonly repoId: ObjectId
  readonly sha256s: readonly Sha256[]
  readonly senderId: string
}

export async function adoptObjects(db: Pick<Db, 'run'>, { repoId, sha256s, senderId }: Adoption): Promise<void> {
  await db.run({ name: 'lfs-adopt', text: ADOPT_SQL, values: [repoId, hexArrayParam(sha256s), senderId] })
}

const FORGET_POINTERS_SQL = `
update git_objects set lfs_sha256 = null, lfs_size = null, lfs_path = null, lfs_ref = null where repo_id = $1 and lfs_sha256 = any($2::bytea[])`
const FORGET_HOLDER_SQL = 'delete from repo_lfs_objects where repo_id = $1 and sha256 = any($2::bytea[])'
const FORGET_UPLOADS_SQL = 'delete from lfs_uploads where repo_id = $1 and sha256 = any($2::bytea[])'
const RECOUNT_SQL = `
update repos set epoch = epoch + 1, used_storage_bytes = (
  select coalesce(sum(coalesce(g.lfs_size, g.size)), 0) from git_objects g where g.repo_id = $1 and g.type = 3 and g.reached)
where id = $1`

export interface Dropping {
  readonly repoId: ObjectId
  readonly sha256s: readonly Sha256[]
}

/** Bytes that no other repo holds are left to garbage collection. */
export async function dropLfsObjects({ addEvent }: Pick<StoreOptions, 'addEvent'>, tx: TxRunner, { repoId, sha256s }: Dropping): Promise<number> {
  const values = [repoId, hexArrayParam(sha256s)]
  await tx.run({ name: 'lfs-forget-pointers', text: FORGET_POINTERS_SQL, values })
  const dropped = await tx.run({ name: 'lfs-forget-holder', text: FORGET_HOLDER_SQL, values })
  await tx.run({ name: 'lfs-forget-uploads', text: FORGET_UPLOADS_SQL, values })
  await tx.run({ name: 'lfs-recount', text: RECOUNT_SQL, values: [repoId] })
  await addEvent(tx, { type: 'hearth.storage.v1.object.dropped', payload: { repoId, sha256s } })
  return dropped
}
