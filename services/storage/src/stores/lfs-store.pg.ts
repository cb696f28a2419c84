import { isForeignKeyViolation } from '@hearth/db'
import { isObjectId, isSha256, type ObjectId, type Sha256 } from '@hearth/ids'
import { repoNotFound } from '../domain/access.ts'
import type { LfsObject, LfsStore, LfsUpload } from '../domain/lfs-store-port.ts'
import { hexArrayParam, hexParam } from './bytea.ts'
import { adoptObjects, listHeld } from './lfs-files.pg.ts'
import type { StoreOptions } from './store-options.ts'

/** Begins with what this repo has: an object that only another repo knows is never looked at, so that no time is spent on it either. */
const FIND_SQL = `
select encode(o.sha256, 'hex') as sha256, o.size_bytes as "sizeBytes" from lfs_objects o where o.sha256 in (
  select s.sha256 from lfs_senders s where s.repo_id = $1 and s.sha256 = any($2::bytea[]) and s.sender_id = $3
  union all
  select g.lfs_sha256 from git_objects g where g.repo_id = $1 and g.lfs_sha256 = any($2::bytea[]) and g.reached)`

const RECORD_OBJECT_SQL = 'insert into lfs_objects (sha256, size_bytes) values ($1, $2) on conflict (sha256) do nothing'
const RECORD_HOLDER_SQL = 'insert into repo_lfs_objects (repo_id, sha256) values ($1, $2) on conflict (repo_id, sha256) do update set added_at = now()'
const RECORD_SENDER_SQL = 'insert into lfs_senders (repo_id, sha256, sender_id) values ($1, $2, $3) on conflict (repo_id, sha256, sender_id) do update set sent_at = now()'

const UPLOAD_COLUMNS = `id, repo_id as "repoId", sender_id as "senderId", encode(sha256, 'hex') as sha256, size_bytes as "sizeBytes", part_bytes as "partBytes"`
const OPEN_UPLOAD_SQL = `
insert into lfs_uploads (id, repo_id, sha256, size_bytes, part_bytes, sender_id) values ($1, $2, $3, $4, $5, $6)
on conflict (repo_id, sha256, sender_id) do update set created_at = now() returning ${UPLOAD_COLUMNS}`

export function createLfsStore({ db, addEvent }: StoreOptions): LfsStore {
  return {
    async findInRepo(repoId, oids, senderId) {
      const rows = await db.query<LfsObject>({ name: 'lfs-find', text: FIND_SQL, values: [repoId, hexArrayParam(oids), senderId] })
      return new Map(rows.map((row) => [row.sha256, row.sizeBytes]))
    },
    recordObject: (repoId, object) => inRepo(() => db.transaction(async (tx) => {
      await tx.run({ name: 'lfs-record', text: RECORD_OBJECT_SQL, values: [hexParam(object.sha256), object.sizeBytes] })
      await tx.run({ name: 'lfs-record-holder', text: RECORD_HOLDER_SQL, values: [repoId, hexParam(object.sha256)] })
      await tx.run({ name: 'lfs-record-sender', text: RECORD_SENDER_SQL, values: [repoId, hexParam(object.sha256), object.senderId] })
      await addEvent(tx, { type: 'hearth.storage.v1.object.stored', payload: { repoId, sha256: object.sha256, sizeBytes: object.sizeBytes } })
    })),
    async openUpload(upload) {
      const values = [upload.id, upload.repoId, hexParam(upload.sha256), upload.sizeBytes, upload.partBytes, upload.senderId]
      const [row] = await inRepo(() => db.query<UploadRow>({ name: 'lfs-open-upload', text: OPEN_UPLOAD_SQL, values }))
      if (row === undefined) throw new Error('an upload was neither made nor found')
      return toUpload(row)
    },
    async findUpload(id) {
      const text = `select ${UPLOAD_COLUMNS}, verified_at is not null as "isVerified" from lfs_uploads where id = $1`
      const [row] = await db.query<UploadRow & { readonly isVerified: boolean }>({ name: 'lfs-find-upload', text, values: [id] })
      return row === undefined ? undefined : { ...toUpload(row), isVerified: row.isVerified }
    },
    async markVerified(id) { await db.run({ name: 'lfs-mark-verified', text: 'update lfs_uploads set verified_at = now() where id = $1', values: [id] }) },
    async recordPart(id, partNumber) {
      const text = 'insert into lfs_upload_parts (upload_id, part_number) select id, $2 from lfs_uploads where id = $1 on conflict do nothing'
      await db.run({ name: 'lfs-record-part', text, values: [id, partNumber] })
    },
    async listParts(id) {
      const rows = await db.query<{ number: number }>({ name: 'lfs-list-parts', text: 'select part_number as number from lfs_upload_parts where upload_id = $1', values: [id] })
      return new Set(rows.map((row) => row.number))
    },
    async dropUpload(id, ifBefore) {
      const text = 'delete from lfs_uploads where id = $1 and created_at < coalesce($2::timestamptz, $3::timestamptz)'
      return (await db.run({ name: 'lfs-drop-upload', text, values: [id, ifBefore ?? null, 'infinity'] })) > 0
    },
    async listUploadsBefore(time, limit) {
      const text = `select ${UPLOAD_COLUMNS} from lfs_uploads where created_at < $1 order by created_at limit $2`
      return (await db.query<UploadRow>({ name: 'lfs-stale-uploads', text, values: [time, limit] })).map(toUpload)
    },
    listHeld: (repoId, query) => listHeld(db, repoId, query),
    adoptObjects: (repoId, sha256s, senderId) => inRepo(async () => { await adoptObjects(db, { repoId, sha256s, senderId }) }),
  }
}

/** A repo that was deleted meanwhile is missing as a foreign key. */
async function inRepo<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isForeignKeyViolation(error) ? repoNotFound() : error
  }
}

interface UploadRow {
  readonly id: string
  readonly repoId: string
  readonly senderId: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly partBytes: number
}

function toUpload(row: UploadRow): LfsUpload {
  return { id: objectId(row.id), repoId: objectId(row.repoId), senderId: row.senderId, sha256: digest(row.sha256), sizeBytes: row.sizeBytes, partBytes: row.partBytes }
}

function objectId(text: string): ObjectId {
  if (!isObjectId(text)) throw new Error('a stored id is malformed')
  return text
}

function digest(text: string): Sha256 {
  if (!isSha256(text)) throw new Error('a stored sha256 is malformed')
  return text
}
