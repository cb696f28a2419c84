import { createHash, type Hash } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { BlobStore } from './blob-store-port.ts'
import type { GitBlob, GitBlobStore } from './git-blob-port.ts'

/** One inline file of a coming commit. */
export interface StagedFile {
  readonly sizeBytes: number
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface StagedBlob {
  readonly oid: GitOid
  readonly size: number
}

export interface StagingStores {
  readonly objects: BlobStore
  readonly gitBlobs: GitBlobStore
}

export const MAX_FRAMES = 25_000
export const MAX_FILE_BYTES = 100 * 1024 * 1024
export const MAX_TOTAL_BYTES = 1024 * 1024 * 1024
const INLINE_BYTES = 256 * 1024
const BATCH_BLOBS = 1000
const BATCH_BYTES = 8 * 1024 * 1024

/** Stores the files as git blobs of the repo, in order. No ref reaches them until a commit names them. */
export async function stageFiles(repoId: ObjectId, files: AsyncIterable<StagedFile>, stores: StagingStores, signal?: AbortSignal): Promise<readonly StagedBlob[]> {
  const done: StagedBlob[] = []
  let batch: GitBlob[] = []
  let [batchBytes, totalBytes] = [0, 0]
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await stores.gitBlobs.addBlobs(repoId, batch)
    batch = []
    batchBytes = 0
  }
  for await (const file of files) {
    signal?.throwIfAborted()
    totalBytes += file.sizeBytes
    assertBounds(file, done.length, totalBytes)
    const blob = file.sizeBytes <= INLINE_BYTES ? await inlineBlob(file) : await storedBlob(file, stores.objects)
    done.push({ oid: blob.oid, size: blob.sizeBytes })
    batch.push(blob)
    if (blob.bytes.kind === 'inline') batchBytes += blob.sizeBytes
    if (batch.length >= BATCH_BLOBS || batchBytes >= BATCH_BYTES) await flush()
  }
  await flush()
  return done
}

function assertBounds(file: StagedFile, count: number, totalBytes: number): void {
  if (count >= MAX_FRAMES) throw new HearthError('TOO_LARGE', `a commit takes at most ${MAX_FRAMES} inline files: make several commits`)
  if (file.sizeBytes > MAX_FILE_BYTES) throw new HearthError('TOO_LARGE', `an inline file has at most ${MAX_FILE_BYTES} bytes: upload it as a large file`)
  if (totalBytes > MAX_TOTAL_BYTES) throw new HearthError('TOO_LARGE', `the inline files of a commit have at most ${MAX_TOTAL_BYTES} bytes in all: make several commits`)
}

async function inlineBlob(file: StagedFile): Promise<GitBlob> {
  const hash = blobHash(file.sizeBytes)
  const data = Buffer.alloc(file.sizeBytes)
  let at = 0
  for await (const chunk of file.bytes) {
    if (at + chunk.length > data.length) throw lengthMismatch()
    data.set(chunk, at)
    at += chunk.length
  }
  if (at !== data.length) throw lengthMismatch()
  hash.update(data)
  return { oid: hash.digest('hex') as GitOid, sizeBytes: file.sizeBytes, bytes: { kind: 'inline', data } }
}

async function storedBlob(file: StagedFile, objects: BlobStore): Promise<GitBlob> {
  const hash = blobHash(file.sizeBytes)
  const { sha256 } = await objects.put(alsoHashed(file.bytes, hash), { sizeBytes: file.sizeBytes, maxBytes: MAX_FILE_BYTES })
  return { oid: hash.digest('hex') as GitOid, sizeBytes: file.sizeBytes, bytes: { kind: 'stored', sha256 } }
}

/** git's object id: sha1 over "blob <size>", NUL, and the bytes (gitformat-pack, "object"). */
function blobHash(sizeBytes: number): Hash {
  return createHash('sha1').update(`blob ${sizeBytes}\0`)
}

async function* alsoHashed(bytes: StagedFile['bytes'], hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

function lengthMismatch(): HearthError {
  return new HearthError('DIGEST_MISMATCH', 'a staged file is not as long as its frame says')
}
