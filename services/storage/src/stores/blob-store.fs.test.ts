import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newObjectId } from '@hearth/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeBlobStore, inChunks } from '../../test/suites/blob-store.suite.ts'
import { openFsBlobStore } from './blob-store.fs.ts'

let root: string
let made = 0
const newId = (): ReturnType<typeof newObjectId> => newObjectId(Date.now(), randomBytes)
const fresh = (): string => join(root, String(made += 1))

beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'hearth-blobs-')) })
afterAll(async () => { await rm(root, { recursive: true, force: true }) })

describeBlobStore(() => openFsBlobStore({ root: fresh(), newId }))

test('a put that fails leaves no file, and a start sweeps what a crash left', async () => {
  const folder = fresh()
  const staging = join(folder, 'v1', 'staging')
  await mkdir(staging, { recursive: true })
  await writeFile(join(staging, 'left-by-a-crash'), 'x')
  const store = await openFsBlobStore({ root: folder, newId })
  expect(await readdir(staging)).toEqual([])
  await expect(store.put(inChunks(randomBytes(3_000_000), 65_536), { maxBytes: 2_000_000 })).rejects.toMatchObject({ reason: 'TOO_LARGE' })
  expect(await readdir(staging)).toEqual([])
})
