import type { Db } from '@hearth/db'
import { repoNotFound } from '../domain/access.ts'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { GitBlob, GitBlobStore } from '../domain/git-blob-port.ts'
import { bytesArrayParam, hexArrayParam, hexParam } from './bytea.ts'

const READ_SQL = `select size, data, encode(sha256, 'hex') as sha256 from git_objects where repo_id = $1 and oid = $2 and type = 3`

/** Sent again: the row's age starts anew, so that collection does not take what a commit is about to name. */
const ADD_SQL = `
insert into git_objects (repo_id, oid, type, size, data, sha256)
select $1, b.oid, 3, b.size, b.data, b.sha256 from unnest($2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[]) as b (oid, size, data, sha256)
where exists (select from repos where id = $1)
on conflict (repo_id, oid) do update set created_at = excluded.created_at where git_objects.created_at < excluded.created_at - interval '1 hour'`

const MAX_BATCH_BYTES = 8 * 1024 * 1024
const MAX_BATCH_ROWS = 5000

/** Blobs as rows. Throws REPO_NOT_FOUND when the repo is gone. */
export function createGitBlobStore(db: Pick<Db, 'query' | 'run'>): GitBlobStore {
  return {
    async readBlob(repoId, oid) {
      const [row] = await db.query<BlobRow>({ name: 'read-blob', text: READ_SQL, values: [repoId, hexParam(oid)] })
      return row === undefined ? undefined : blobOf(oid, row)
    },
    async addBlobs(repoId, blobs) {
      await assertRepo(db, repoId)
      const unique = [...new Map(blobs.map((blob) => [blob.oid, blob])).values()]
      for (const batch of batchesOf(unique)) await addBatch(db, repoId, batch)
    },
  }
}

interface BlobRow {
  readonly size: number
  readonly data: Buffer | null
  readonly sha256: Sha256 | null
}

function blobOf(oid: GitOid, row: BlobRow): GitBlob | undefined {
  if (row.data !== null) return { oid, sizeBytes: row.size, bytes: { kind: 'inline', data: row.data } }
  return row.sha256 === null ? undefined : { oid, sizeBytes: row.size, bytes: { kind: 'stored', sha256: row.sha256 } }
}

async function assertRepo(db: Pick<Db, 'query'>, repoId: ObjectId): Promise<void> {
  const found = await db.query({ name: 'repo-exists', text: 'select 1 from repos where id = $1', values: [repoId] })
  if (found.length === 0) throw repoNotFound()
}

async function addBatch(db: Pick<Db, 'run'>, repoId: ObjectId, batch: readonly GitBlob[]): Promise<void> {
  await db.run({
    name: 'add-blobs', text: ADD_SQL,
    values: [repoId, hexArrayParam(batch.map((blob) => blob.oid)), batch.map((blob) => blob.sizeBytes),
      bytesArrayParam(batch.map((blob) => (blob.bytes.kind === 'inline' ? blob.bytes.data : undefined))),
      hexArrayParam(batch.map((blob) => (blob.bytes.kind === 'stored' ? blob.bytes.sha256 : undefined)))],
  })
}

function* batchesOf(blobs: readonly GitBlob[]): Generator<GitBlob[]> {
  let batch: GitBlob[] = []
  let bytes = 0
  for (const blob of blobs) {
    const inlineBytes = blob.bytes.kind === 'inline' ? blob.bytes.data.length : 0
    if (batch.length > 0 && (bytes + inlineBytes > MAX_BATCH_BYTES || batch.length >= MAX_BATCH_ROWS)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(blob)
    bytes += inlineBytes
  }
  if (batch.length > 0) yield batch
}
