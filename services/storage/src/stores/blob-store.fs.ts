import { createHash, type Hash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HearthError } from '@hearth/errors'
import { isObjectId, type ObjectId, type Sha256 } from '@hearth/ids'
import type { BlobStore, ObjectReader, PutExpectation, StoredObject, UploadPart } from '../domain/blob-store-port.ts'
import type { DiskSpace } from '../domain/disk-space-port.ts'
import { writeBody } from './body-writer.ts'
import { asDiskError } from './disk-error.ts'
import { FOLDERS, keyFor } from './keys.ts'
import { trackUploads } from './open-uploads.ts'

export interface FsBlobStoreOptions {
  readonly root: string
  readonly newId: () => ObjectId
  /** Of the disk that `root` is on; absent: what the disk itself says. */
  readonly space?: DiskSpace
}

/** Others write meanwhile: room is asked for again after so many bytes. */
const ROOM_EVERY_BYTES = 32 * 1024 * 1024

/** Objects as plain files. Needs a file system with atomic rename; every publication is fdatasync, rename, fsync of the folder. */
export async function openFsBlobStore(options: FsBlobStoreOptions): Promise<BlobStore> {
  const pathOf = (key: Parameters<typeof keyFor>[0]): string => join(options.root, keyFor(key))
  await mkdir(join(options.root, FOLDERS.objects), { recursive: true, mode: 0o700 })
  await mkdir(join(options.root, FOLDERS.uploads), { recursive: true, mode: 0o700 })
  await sweepStaging(join(options.root, FOLDERS.staging))
  const uploads = trackUploads((id) => pathOf({ kind: 'upload', id }))

  return {
    put: (body, expected) => putObject({ body: withRoom(body, expected.sizeBytes ?? 0, options.space), expected, temp: pathOf({ kind: 'staging', id: options.newId() }), target: (sha256) => pathOf({ kind: 'object', sha256 }) }),
    async stat(sha256) {
      const found = await stat(pathOf({ kind: 'object', sha256 })).catch(undefinedIfMissing)
      return found?.size
    },
    async open(sha256) {
      const file = await open(pathOf({ kind: 'object', sha256 }), 'r').catch(undefinedIfMissing)
      if (file === undefined) throw new HearthError('ENTRY_NOT_FOUND', `no object ${sha256} is stored`)
      return readerOf(file)
    },
    async delete(sha256) { await rm(pathOf({ kind: 'object', sha256 }), { force: true }) },
    async createUpload(id, sizeBytes) {
      await guarded(async () => {
        await using file = await open(pathOf({ kind: 'upload', id }), 'a', 0o600)
        await file.truncate(sizeBytes)
        await file.datasync()
      })
      await syncFolder(dirname(pathOf({ kind: 'upload', id })))
    },
    async writePart(id, part, body) {
      await guarded(() => uploads.writePart(id, { part, body: withRoom(body, part.sizeBytes, options.space) }, (bytes) => writePart(pathOf({ kind: 'upload', id }), part, bytes)))
    },
    async publishUpload(id, expected, onVerified) {
      const path = pathOf({ kind: 'upload', id })
      const found = await stat(path).catch(undefinedIfMissing)
      if (found === undefined) throw new HearthError('ENTRY_NOT_FOUND', 'this upload is not known any more: begin it anew')
      await uploads.close(id, expected.sizeBytes, async (sha256) => {
        if (found.size !== expected.sizeBytes || sha256 !== expected.sha256) throw new HearthError('DIGEST_MISMATCH', `the uploaded bytes have sha256 ${sha256}, not ${expected.sha256}: send the parts again`)
        await onVerified?.()
        await publish(path, pathOf({ kind: 'object', sha256 }))
      })
    },
    async hasUpload(id) { return (await stat(pathOf({ kind: 'upload', id })).catch(undefinedIfMissing)) !== undefined },
    async dropUpload(id) {
      uploads.forget(id)
      await rm(pathOf({ kind: 'upload', id }), { force: true })
    },
    listUploadsBefore: (time) => listUploadsBefore(join(options.root, FOLDERS.uploads), time),
  }
}

async function* withRoom(body: AsyncIterable<Uint8Array>, sizeBytes: number, space: DiskSpace | undefined): AsyncGenerator<Uint8Array> {
  await space?.assertRoom(sizeBytes)
  let since = 0
  for await (const chunk of body) {
    since += chunk.length
    if (since >= ROOM_EVERY_BYTES) {
      await space?.assertRoom(since)
      since = 0
    }
    yield chunk
  }
}

interface Put {
  readonly body: AsyncIterable<Uint8Array>
  readonly expected: PutExpectation
  readonly temp: string
  readonly target: (sha256: Sha256) => string
}

async function putObject({ body, expected, temp, target }: Put): Promise<StoredObject> {
  try {
    const hash = createHash('sha256')
    const sizeBytes = await writeTemp(temp, { body, maxBytes: expected.sizeBytes ?? expected.maxBytes, hash })
    const sha256 = hash.digest('hex') as Sha256
    if (expected.sizeBytes !== undefined && sizeBytes !== expected.sizeBytes) throw new HearthError('DIGEST_MISMATCH', `${sizeBytes} bytes arrived where ${expected.sizeBytes} were announced: send the file again`)
    if (expected.sha256 !== undefined && sha256 !== expected.sha256) throw new HearthError('DIGEST_MISMATCH', `the bytes have sha256 ${sha256}, not ${expected.sha256}: send the file again`)
    await publish(temp, target(sha256))
    return { sha256, sizeBytes }
  } catch (cause) {
    await rm(temp, { force: true })
    throw asDiskError(cause)
  }
}

async function writeTemp(path: string, { body, maxBytes, hash }: { body: AsyncIterable<Uint8Array>; maxBytes: number; hash: Hash }): Promise<number> {
  await using file = await open(path, 'wx', 0o600)
  const sizeBytes = await writeBody(file, body, { offset: 0, maxBytes }, (chunk) => hash.update(chunk))
  await file.datasync()
  return sizeBytes
}

async function writePart(path: string, part: UploadPart, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'r+').catch(undefinedIfMissing)
  if (file === undefined) throw new HearthError('ENTRY_NOT_FOUND', 'this upload is not known any more: begin it anew')
  try {
    const written = await writeBody(file, body, { offset: part.offset, maxBytes: part.sizeBytes }, () => undefined)
    if (written !== part.sizeBytes) throw new HearthError('DIGEST_MISMATCH', `the part has ${written} bytes, not ${part.sizeBytes}: send it again`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Rename onto the final name; a name that is there already holds the same bytes. */
async function publish(from: string, to: string): Promise<void> {
  const folder = dirname(to)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(from, to)
  // The folders above too: one that another put has just made is durable only when the one above it is. Costs nothing for old ones.
  for (const path of [folder, dirname(folder), dirname(dirname(folder))]) await syncFolder(path)
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

async function sweepStaging(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  for (const name of await readdir(path)) await rm(join(path, name), { force: true })
}

async function listUploadsBefore(folder: string, time: Date): Promise<readonly ObjectId[]> {
  const old: ObjectId[] = []
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(undefinedIfMissing)
    if (found !== undefined && found.mtime < time && isObjectId(name)) old.push(name)
  }
  return old
}

function readerOf(file: FileHandle): Promise<ObjectReader> {
  return file.stat().then(({ size }) => ({
    sizeBytes: size,
    read: async (buffer: Buffer, length: number, position: number) => (await file.read(buffer, 0, length, position)).bytesRead,
    [Symbol.asyncDispose]: () => file.close(),
  }))
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try { await work() } catch (cause) { throw asDiskError(cause) }
}

function undefinedIfMissing(cause: unknown): undefined {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT') return undefined
  throw cause
}
