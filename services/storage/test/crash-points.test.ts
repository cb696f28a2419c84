import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newObjectId, type ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { completeUpload, receivePart } from '../src/domain/receive-object.ts'
import { openFsBlobStore } from '../src/stores/blob-store.fs.ts'
import { createMemoryLfsStore } from './memory-stores.ts'
import { inChunks, sha256Of } from './suites/blob-store.suite.ts'

const DATA = Buffer.alloc(3_000_000, 'hearth')
const OBJECT = { sha256: sha256Of(DATA), sizeBytes: DATA.length }
const [REPO, UPLOAD] = ['a'.repeat(24) as ObjectId, 'b'.repeat(24) as ObjectId]
const SENDER = 'c'.repeat(24)

/** Opens the store that a process left which was killed at `crashPoint`. */
async function afterCrash(crashPoint: string, mode: 'whole' | 'parts') {
  const root = await mkdtemp(join(tmpdir(), 'hearth-crash-'))
  const child = spawn(process.execPath, [new URL('./harness/put-and-die.ts', import.meta.url).pathname, root, crashPoint, mode], { stdio: ['ignore', 'inherit', 'inherit'] })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  const objects = await openFsBlobStore({ root, newId: () => newObjectId(Date.now(), randomBytes) })
  return { root, objects, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

async function objectFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'v1'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

test('a process killed while bytes arrive leaves nothing after the next start', async () => {
  await using left = await afterCrash('in-the-middle', 'whole')
  expect(await left.objects.stat(OBJECT.sha256)).toBeUndefined()
  expect(await objectFiles(left.root)).toEqual([])
})

test('one killed between bytes and row leaves whole bytes; sending them again is fine', async () => {
  await using left = await afterCrash('object.after-blob-before-row', 'whole')
  const [file = ''] = await objectFiles(left.root)
  expect(sha256Of(await readFile(file))).toBe(OBJECT.sha256)
  expect(await left.objects.put(inChunks(DATA, 65_536), { ...OBJECT, maxBytes: DATA.length })).toEqual(OBJECT)
  expect(await objectFiles(left.root)).toEqual([file])
})

test.each(['upload.after-part-before-row', 'in-the-middle'])('parts of an upload can be sent again after a kill at %s', async (crashPoint) => {
  await using left = await afterCrash(crashPoint, 'parts')
  const lfs = createMemoryLfsStore()
  const ctx = { objects: left.objects, lfs, crashPoint: () => undefined }
  await lfs.openUpload({ id: UPLOAD, repoId: REPO, senderId: SENDER, ...OBJECT, partBytes: DATA.length })
  await left.objects.createUpload(UPLOAD, DATA.length)
  const base = { repoId: REPO, epoch: 1, uploadId: UPLOAD }
  await expect(completeUpload(ctx, { kind: 'completeUpload', ...base, senderId: SENDER, ...OBJECT }, [1])).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await receivePart(ctx, { kind: 'putPart', ...base, partNumber: 1, offset: 0, sizeBytes: DATA.length }, inChunks(DATA, 65_536))
  await completeUpload(ctx, { kind: 'completeUpload', ...base, senderId: SENDER, ...OBJECT }, [1])
  expect(await left.objects.stat(OBJECT.sha256)).toBe(DATA.length)
})

test('a completion killed between publishing and row is finished by the next one', async () => {
  await using left = await afterCrash('upload.after-publish-before-row', 'parts')
  const lfs = createMemoryLfsStore()
  const ctx = { objects: left.objects, lfs, crashPoint: () => undefined }
  await lfs.openUpload({ id: UPLOAD, repoId: REPO, senderId: SENDER, ...OBJECT, partBytes: DATA.length })
  await lfs.recordPart(UPLOAD, 1)
  const complete = (): Promise<void> => completeUpload(ctx, { kind: 'completeUpload', repoId: REPO, epoch: 1, senderId: SENDER, uploadId: UPLOAD, ...OBJECT }, [1])
  // That somebody else's copy of the object is there proves nothing about this upload.
  await expect(complete()).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
  await lfs.markVerified(UPLOAD)
  await complete()
  expect((await lfs.findInRepo(REPO, [OBJECT.sha256], SENDER)).get(OBJECT.sha256)).toBe(DATA.length)
  expect(await lfs.findUpload(UPLOAD)).toBeUndefined()
})
