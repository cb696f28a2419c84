import { randomBytes } from 'node:crypto'
import { newObjectId, type ObjectId, type Sha256 } from '@hearth/ids'
import { CRASH_POINTS, createCrashPoints } from '../../src/crash-point.ts'
import { completeUpload, receiveObject, receivePart } from '../../src/domain/receive-object.ts'
import { openFsBlobStore } from '../../src/stores/blob-store.fs.ts'
import { createMemoryLfsStore } from '../memory-stores.ts'
import { inChunks, sha256Of } from '../suites/blob-store.suite.ts'

/** Receives `bytesOf(seed)` in the folder of its first argument, and dies at the crash point, or half-way for "in-the-middle". */
const [root = '', crashPoint = '', mode = ''] = process.argv.slice(2)
const repoId = 'a'.repeat(24) as ObjectId
const uploadId = 'b'.repeat(24) as ObjectId
const data = Buffer.alloc(3_000_000, 'hearth')
const object = { sha256: sha256Of(data) as Sha256, sizeBytes: data.length }

async function* body(): AsyncGenerator<Uint8Array> {
  for await (const chunk of inChunks(data, 65_536)) {
    yield chunk
    if (crashPoint === 'in-the-middle' && chunk.byteOffset > data.byteOffset + data.length / 2) process.kill(process.pid, 'SIGKILL')
  }
}

const objects = await openFsBlobStore({ root, newId: () => newObjectId(Date.now(), randomBytes) })
const ctx = { objects, lfs: createMemoryLfsStore(), crashPoint: createCrashPoints(CRASH_POINTS.find((name) => name === crashPoint)).hit }
const base = { repoId, epoch: 1, senderId: 'c'.repeat(24) }
if (mode === 'whole') {
  await receiveObject(ctx, { kind: 'putObject', ...base, ...object }, body())
} else {
  await ctx.lfs.openUpload({ id: uploadId, repoId, senderId: base.senderId, ...object, partBytes: data.length })
  await objects.createUpload(uploadId, data.length)
  await receivePart(ctx, { kind: 'putPart', ...base, uploadId, partNumber: 1, offset: 0, sizeBytes: data.length }, body())
  await completeUpload(ctx, { kind: 'completeUpload', ...base, uploadId, ...object }, [1])
}
