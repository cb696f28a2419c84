import { createHash, randomBytes } from 'node:crypto'
import type { ObjectId, Sha256 } from '@hearth/ids'
import { expect, test } from 'vitest'
import type { BlobStore } from '../../src/domain/blob-store-port.ts'

const MIB = 1024 * 1024
const UPLOAD = '0123456789abcdef01234567' as ObjectId

export function sha256Of(data: Uint8Array): Sha256 {
  return createHash('sha256').update(data).digest('hex') as Sha256
}

export async function* inChunks(data: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += chunkBytes) yield data.subarray(at, at + chunkBytes)
}

async function readAll(store: BlobStore, sha256: Sha256): Promise<Buffer> {
  await using reader = await store.open(sha256)
  const data = Buffer.alloc(reader.sizeBytes)
  for (let at = 0; at < data.length;) {
    const piece = Buffer.alloc(Math.min(64 * 1024, data.length - at))
    const count = await reader.read(piece, piece.length, at)
    piece.copy(data, at, 0, count)
    at += count
  }
  return data
}

/** What every blob store must do, whatever is below it. */
export function describeBlobStore(make: () => Promise<BlobStore>): void {
  test.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 17])('keeps %i bytes', async (size) => {
    const store = await make()
    const data = randomBytes(size)
    const stored = await store.put(inChunks(data, 70_001), { maxBytes: 10 * MIB })
    expect(stored).toEqual({ sha256: sha256Of(data), sizeBytes: size })
    expect(await store.stat(stored.sha256)).toBe(size)
    expect((await readAll(store, stored.sha256)).equals(data)).toBe(true)
  })

  test('takes the same bytes twice and deletes them once', async () => {
    const store = await make()
    const data = randomBytes(1000)
    await store.put(inChunks(data, 100), { maxBytes: 1000 })
    await store.put(inChunks(data, 100), { maxBytes: 1000 })
    await store.delete(sha256Of(data))
    expect(await store.stat(sha256Of(data))).toBeUndefined()
    await expect(store.open(sha256Of(data))).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
  })

  test('a put that fails leaves nothing readable', async () => {
    const store = await make()
    const data = randomBytes(5000)
    const sha256 = sha256Of(data)
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield data
      throw new Error('wire cut')
    }
    await expect(store.put(cut(), { maxBytes: 10_000 })).rejects.toThrow('wire cut')
    await expect(store.put(inChunks(data, 999), { maxBytes: 4999 })).rejects.toMatchObject({ reason: 'TOO_LARGE' })
    await expect(store.put(inChunks(data, 999), { sizeBytes: 5001, maxBytes: 9999 })).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' })
    await expect(store.put(inChunks(data, 999), { sha256: sha256Of(Buffer.from('other')), maxBytes: 9999 })).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' })
    expect(await store.stat(sha256)).toBeUndefined()
  })

  test.each([['in order', [0, 1, 2]], ['backwards', [2, 1, 0]], ['one of them twice', [0, 1, 1, 2, 0]]])('joins parts sent %s', async (_name, order) => {
    const store = await make()
    const data = randomBytes(2 * MIB + 500)
    await store.createUpload(UPLOAD, data.length)
    for (const index of order) {
      const offset = index * MIB
      const piece = data.subarray(offset, offset + MIB)
      await store.writePart(UPLOAD, { offset, sizeBytes: piece.length }, inChunks(piece, 65_536))
    }
    await store.publishUpload(UPLOAD, { sha256: sha256Of(data), sizeBytes: data.length })
    expect((await readAll(store, sha256Of(data))).equals(data)).toBe(true)
    expect(await store.hasUpload(UPLOAD)).toBe(false)
  })

  test('publishes nothing whose sha256 is another; the parts can be sent again', async () => {
    const store = await make()
    const data = randomBytes(MIB)
    await store.createUpload(UPLOAD, data.length)
    await store.writePart(UPLOAD, { offset: 0, sizeBytes: data.length }, inChunks(randomBytes(MIB), 65_536))
    await expect(store.publishUpload(UPLOAD, { sha256: sha256Of(data), sizeBytes: data.length })).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' })
    expect(await store.stat(sha256Of(data))).toBeUndefined()
    await store.writePart(UPLOAD, { offset: 0, sizeBytes: data.length }, inChunks(data, 65_536))
    await store.publishUpload(UPLOAD, { sha256: sha256Of(data), sizeBytes: data.length })
    expect(await store.stat(sha256Of(data))).toBe(data.length)
  })

  test('a part that is still arriving cannot change an upload that was completed', async () => {
    const store = await make()
    const data = randomBytes(MIB)
    await store.createUpload(UPLOAD, data.length)
    await store.writePart(UPLOAD, { offset: 0, sizeBytes: data.length }, inChunks(data, 65_536))
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>()
    const late = async function* (): AsyncGenerator<Uint8Array> {
      yield data.subarray(0, 1000)
      await gate
      yield randomBytes(MIB - 1000)
    }
    const writing = store.writePart(UPLOAD, { offset: 0, sizeBytes: data.length }, late())
    const refused = expect(writing).rejects.toMatchObject({ reason: 'CONFLICT' })
    await store.publishUpload(UPLOAD, { sha256: sha256Of(data), sizeBytes: data.length })
    openGate()
    await refused
    expect((await readAll(store, sha256Of(data))).equals(data)).toBe(true)
  })

  test('of two sendings of one part only the last one counts, byte for byte', async () => {
    const store = await make()
    const [good, bad] = [randomBytes(MIB), randomBytes(MIB)]
    const part = { offset: 0, sizeBytes: MIB }
    await store.createUpload(UPLOAD, MIB)
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>()
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield bad.subarray(0, 600_000)
      await gate
      yield bad.subarray(600_000)
    }
    const refused = expect(store.writePart(UPLOAD, part, slow())).rejects.toMatchObject({ reason: 'CONFLICT' })
    await store.writePart(UPLOAD, part, inChunks(good, 65_536))
    openGate()
    await refused
    await store.publishUpload(UPLOAD, { sha256: sha256Of(good), sizeBytes: MIB })
    expect((await readAll(store, sha256Of(good))).equals(good)).toBe(true)
  })

  test('a part must be as long as it says', async () => {
    const store = await make()
    await store.createUpload(UPLOAD, 1000)
    await expect(store.writePart(UPLOAD, { offset: 0, sizeBytes: 500 }, inChunks(randomBytes(499), 100))).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' })
    await expect(store.writePart(UPLOAD, { offset: 0, sizeBytes: 500 }, inChunks(randomBytes(501), 100))).rejects.toMatchObject({ reason: 'TOO_LARGE' })
    await store.dropUpload(UPLOAD)
    await expect(store.writePart(UPLOAD, { offset: 0, sizeBytes: 500 }, inChunks(randomBytes(500), 100))).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
  })
}
