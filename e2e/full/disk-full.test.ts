import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { call, commitFiles, createRepo, uploadLarge, type Session } from '../harness/hub-client.ts'
import { hasLane, openLane, type Finished } from '../harness/python.ts'
import { openSmallDisk, type SmallDisk } from '../harness/small-disk.ts'

const MB = 1_000_000
const [objects, database] = [await openSmallDisk(64), await openSmallDisk(256)]
const isRoot = objects !== undefined && database !== undefined
if (!isRoot) process.stderr.write('disk-full tests are skipped: only root may mount a small file system\n')

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
const FULL = expect.stringContaining('no disk space left')

async function filesOf(session: Session, id: string): Promise<string[]> {
  const answer = await call(session, 'GET', `/api/models/${id}/tree/main?recursive=true`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { path: string }[]).map(({ path }) => path)
}

async function bytesOf(session: Session, path: string): Promise<string> {
  const answer = await call(session, 'GET', path)
  expect(answer.status).toBe(200)
  return sha(new Uint8Array(await answer.arrayBuffer()))
}

describe.skipIf(!isRoot)('the disk of the objects is full', () => {
  let hub: Hub
  let ana: Session
  const [first, second] = [randomBytes(20 * MB), randomBytes(30 * MB)]
  const disk = objects as SmallDisk

  beforeAll(async () => {
    hub = await startHub({ bootstrap: BOOTSTRAP, env: { HEARTH_STORAGE_FS_ROOT: join(disk.path, 'objects') } })
    ana = { url: hub.url, token: TOKENS.ana }
    await createRepo(ana, 'ana/full')
    const lfs = await uploadLarge(ana, 'ana/full', first)
    await commitFiles(ana, 'ana/full', [{ path: 'first.bin', lfs }])
  })
  afterAll(async () => {
    await hub[Symbol.asyncDispose]()
    await disk[Symbol.asyncDispose]()
  })

  test('an upload answers 507 in words, nothing of it is left, and all else goes on', async () => {
    await disk.fill(15 * MB)
    await expect(uploadLarge(ana, 'ana/full', second)).rejects.toMatchObject({ status: 507, message: FULL })
    expect(await readdir(join(disk.path, 'objects', 'v1', 'staging'))).toEqual([])
    await expect(commitFiles(ana, 'ana/full', [{ path: 'second.bin', lfs: { oid: sha(second), size: second.length } }])).rejects.toMatchObject({ status: 422 })
    await disk.free()
    await disk.fill()
    await expect(uploadLarge(ana, 'ana/full', randomBytes(1 * MB))).rejects.toMatchObject({ status: 507 })
    expect(await bytesOf(ana, '/ana/full/resolve/main/first.bin')).toBe(sha(first))
    await commitFiles(ana, 'ana/full', [{ path: 'small.txt', content: Buffer.from('rows are elsewhere') }])
    expect(await filesOf(ana, 'ana/full')).toEqual(['.gitattributes', 'first.bin', 'small.txt'])
  })

  test.skipIf(!hasLane('a'))('the official client shows why, and succeeds once there is room', { timeout: 120_000 }, async () => {
    await disk.free()
    await disk.fill(15 * MB)
    await using lane = await openLane('a', { endpoint: hub.url, token: TOKENS.ana })
    const source = join(lane.home, 'second.bin')
    await writeFile(source, second)
    const send = (): Promise<Finished> => lane.python('send_large.py', ['ana/full', 'second.bin', source])
    const refused = await send()
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('507')
    expect(refused.stderr).toContain('no disk space left')
    await disk.free()
    const sent = await send()
    expect(sent.code, sent.stderr).toBe(0)
    expect(await bytesOf(ana, '/ana/full/resolve/main/second.bin')).toBe(sha(second))
  })
})

describe.skipIf(!isRoot)('the disk of the database is full', () => {
  let hub: Hub
  let ana: Session
  let root: string
  const disk = database as SmallDisk

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hearth-objects-'))
    hub = await startHub({ bootstrap: BOOTSTRAP, env: { HEARTH_DATA_DIR: join(disk.path, 'hub'), HEARTH_STORAGE_FS_ROOT: root } })
    ana = { url: hub.url, token: TOKENS.ana }
    await createRepo(ana, 'ana/rows')
    await commitFiles(ana, 'ana/rows', [{ path: 'a.txt', content: Buffer.from('a') }])
  })
  afterAll(async () => {
    await disk.free()
    await hub[Symbol.asyncDispose]()
    await disk[Symbol.asyncDispose]()
    await rm(root, { recursive: true, force: true })
  })

  test('commits answer 507 in words before it is too late, and leave nothing', { timeout: 120_000 }, async () => {
    let made = 0
    const commitMore = async (): Promise<void> => {
      const files = Array.from({ length: 40 }, (_, index) => ({ path: `more/${made}/${index}.txt`, content: Buffer.from(randomBytes(120_000).toString('base64')) }))
      await commitFiles(ana, 'ana/rows', files)
      made += 1
    }
    await expect((async () => { while (made < 60) await commitMore() })()).rejects.toMatchObject({ status: 507, message: FULL })
    expect(made).toBeGreaterThan(2)
    expect(await filesOf(ana, 'ana/rows')).toHaveLength(2 + 1 + made + made * 40)
  })

  test('with not a byte left reading goes on, refusals stay clear, and room brings everything back', { timeout: 120_000 }, async () => {
    await disk.fill()
    for (let round = 0; round < 3; round += 1) {
      await expect(commitFiles(ana, 'ana/rows', [{ path: 'b.txt', content: Buffer.from('b') }])).rejects.toMatchObject({ status: 507 })
      await expect(createRepo(ana, 'ana/another')).rejects.toMatchObject({ status: 507 })
      expect(await bytesOf(ana, '/ana/rows/resolve/main/a.txt')).toBe(sha(Buffer.from('a')))
      expect((await call(ana, 'GET', '/api/models?author=ana')).status).toBe(200)
      expect((await call({ url: hub.url, token: TOKENS.bo }, 'GET', '/api/whoami-v2')).status).toBe(200)
    }
    await disk.free()
    disk.grow(512)
    await createRepo(ana, 'ana/another')
    await commitFiles(ana, 'ana/rows', [{ path: 'b.txt', content: Buffer.from('b') }])
    expect(await bytesOf(ana, '/ana/rows/resolve/main/b.txt')).toBe(sha(Buffer.from('b')))
    expect(await hub.log()).not.toContain('database server died')
  })
})
