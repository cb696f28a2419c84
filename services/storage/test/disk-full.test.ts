import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { openFsBlobStore } from '../src/stores/blob-store.fs.ts'
import { openTestPlane, putGrant } from './harness/open-data-plane.ts'
import { sha256Of } from './suites/blob-store.suite.ts'

const MIB = 1024 * 1024

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** A file system of 4 MiB; undefined where this user may not mount one. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'hearth-full-'))
  const mounted = run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path])
  const remove = async (): Promise<void> => {
    if (mounted) run('umount', [path])
    await rm(path, { recursive: true, force: true })
  }
  if (mounted) return { path, [Symbol.asyncDispose]: remove }
  await remove()
  return undefined
}

test('a full disk answers 507, keeps nothing of the object, and the hub goes on', async ({ skip }) => {
  await using disk = await smallDisk()
  if (disk === undefined) return skip('only root may mount a small file system')
  const objects = await openFsBlobStore({ root: disk.path, newId: () => newObjectId(Date.now(), randomBytes) })
  await using hub = await openTestPlane({ wrap: () => objects })
  const put = async (data: Buffer): Promise<Response> => fetch(`http://127.0.0.1:${hub.port}${hub.sign(putGrant(data))}`, { method: 'PUT', body: new Uint8Array(data) })
  const refused = await put(randomBytes(6 * MIB))
  expect([refused.status, (await refused.json() as { error: string }).error]).toEqual([507, expect.stringContaining('disk space')])
  expect(await readdir(join(disk.path, 'v1', 'staging'))).toEqual([])
  const small = randomBytes(MIB)
  expect((await put(small)).status).toBe(200)
  expect(await objects.stat(sha256Of(small))).toBe(MIB)
  expect(hub.failures).toEqual([])
})
