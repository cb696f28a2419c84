import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startFaultProxy, type FaultProxy } from '../harness/fault-proxy.ts'
import { hashFile, writeSafetensors } from '../harness/files.ts'
import { commitFiles, createRepo, uploadLargeFile } from '../harness/hub-client.ts'
import { ROOT, startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type Lane, type LaneName } from '../harness/python.ts'

const LANES = ['a', 'b', 'c'] as const satisfies LaneName[]
const LARGE_BYTES = 48_000_000
const FILES = ['one.bin', 'two.bin', 'three.bin'] as const

let hub: Hub
let proxy: FaultProxy
let work: string
const sums: Record<string, string> = {}

beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  proxy = await startFaultProxy(hub.url)
  work = await mkdtemp(join(tmpdir(), 'hearth-cuts-'))
  const me = { url: hub.url, token: TOKENS.ana }
  await createRepo(me, 'ana/large')
  for (const name of FILES) {
    const path = join(work, name)
    await writeSafetensors(path, LARGE_BYTES)
    sums[name] = await hashFile(path)
    const lfs = await uploadLargeFile(me, 'ana/large', { path, oid: sums[name], size: (await stat(path)).size })
    await commitFiles(me, 'ana/large', [{ path: name, lfs }])
  }
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})
afterEach(() => {
  proxy.setFault(undefined)
  proxy.forget()
})

const open = (name: LaneName): Promise<Lane> => openLane(name, { endpoint: proxy.url, token: TOKENS.ana, timeoutMs: 100_000, env: { HF_HUB_DOWNLOAD_TIMEOUT: '3' } })
const ranges = (): string[] => proxy.requests().flatMap((one) => (one.method === 'GET' && one.range !== undefined ? [one.range] : []))

const resumePoints = (): number[] => ranges().map((range) => Number(/^bytes=(\d+)-/.exec(range)?.[1]))

describe.each(LANES)('lane %s, a download', (name) => {
  test.for([
    ['ends twice in mid-file', 'end', 2], ['meets a connection that goes silent', 'stall', 1],
  ] as const)('%s: the same process goes on where it stopped', { timeout: 100_000 }, async ([, kind, times], { skip }) => {
    needLane(name, skip)
    await using lane = await open(name)
    proxy.setFault({ kind, direction: 'down', afterBytes: 25_000_000, times })
    // The last 0.x gives up on a broken answer, and goes on in the next process.
    if (name === 'c' && kind === 'end') for (let run = 0; run < times; run += 1) expect((await lane.python('fetch_large.py', ['ana/large', 'one.bin'])).code).not.toBe(0)
    const done = expectOk(await lane.python('fetch_large.py', ['ana/large', 'one.bin']))
    expect(done.stdout).toContain(`one.bin ${sums['one.bin']}`)
    expect(proxy.struck()).toBe(times)
    expect(resumePoints().length).toBeGreaterThan(0)
    expect(Math.min(...resumePoints())).toBeGreaterThan(1_000_000)
    expect(proxy.bytesDown()).toBeLessThan(LARGE_BYTES * 1.5)
  })

  test('is killed: what was whole is not fetched again', { timeout: 100_000 }, async ({ skip }) => {
    needLane(name, skip)
    await using lane = await open(name)
    // The third file's connection stalls in the middle, so that the kill comes there.
    const child = startFetch(lane, ['one.bin', 'two.bin'])
    await lineOf(child, 'one.bin')
    proxy.setFault({ kind: 'stall', direction: 'down', afterBytes: 25_000_000, times: 99 })
    await expect.poll(() => incompleteBytes(lane), { timeout: 30_000 }).toBeGreaterThan(10_000_000)
    child.kill('SIGKILL')
    await once(child, 'exit')
    proxy.dropConnections()
    proxy.setFault(undefined)
    proxy.forget()
    expectOk(await lane.python('fetch_large.py', ['ana/large', ...FILES]))
    const gets = proxy.requests().filter((one) => one.method === 'GET')
    expect(gets.filter((one) => one.path.endsWith('/one.bin'))).toEqual([])
    expect(proxy.bytesDown()).toBeLessThan(LARGE_BYTES * 2.1)
    expect(gets.filter((one) => one.path.endsWith('/two.bin')).length).toBeGreaterThan(0)
    // Only the last 0.x keeps the beginning of a file over the end of its process.
    if (name === 'c') expect(Math.max(...resumePoints())).toBeGreaterThan(1_000_000)
  })
})

describe.each(LANES)('lane %s, an upload', (name) => {
  test('that is cut is sent again by the same process', { timeout: 100_000 }, async ({ skip }) => {
    needLane(name, skip)
    await using lane = await open(name)
    const repo = `ana/sent-${name}`
    await createRepo({ url: hub.url, token: TOKENS.ana }, repo)
    proxy.setFault({ kind: 'reset', direction: 'up', afterBytes: 12_000_000, times: 2 })
    expectOk(await lane.python('send_large.py', [repo, 'large.bin', join(work, 'one.bin')]))
    expect(proxy.struck()).toBe(2)
    proxy.setFault(undefined)
    await using fresh = await open(name)
    expect(expectOk(await fresh.python('fetch_large.py', [repo, 'large.bin'])).stdout).toContain(sums['one.bin'])
  })

  test('whose client is killed leaves nothing visible, and can be done again', { timeout: 100_000 }, async ({ skip }) => {
    needLane(name, skip)
    await using lane = await open(name)
    const repo = `ana/killed-${name}`
    await createRepo({ url: hub.url, token: TOKENS.ana }, repo)
    proxy.setFault({ kind: 'stall', direction: 'up', afterBytes: 12_000_000 })
    const child = spawn(join(ROOT, '.venvs', `lane-${name}`, 'bin', 'python'), [join(ROOT, 'e2e', 'python', 'send_large.py'), repo, 'large.bin', join(work, 'one.bin')], { env: { ...lane.env }, stdio: 'ignore' })
    await expect.poll(() => proxy.struck(), { timeout: 30_000 }).toBe(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    proxy.dropConnections()
    proxy.setFault(undefined)
    const tree = (await (await fetch(`${hub.url}/api/models/${repo}/tree/main?recursive=true`)).json()) as { path: string }[]
    expect(tree.map((entry) => entry.path)).toEqual(['.gitattributes'])
    await expect.poll(() => stagedFiles(), { timeout: 10_000 }).toEqual([])
    expectOk(await lane.python('send_large.py', [repo, 'large.bin', join(work, 'one.bin')]))
  })
})

/** Files that receives in progress have open. */
async function stagedFiles(): Promise<string[]> {
  const names = await readdir(join(hub.dataDir, 'data', 'storage'), { recursive: true })
  return names.filter((name) => /staging\/./.test(name))
}

/** Size of the largest unfinished file in the lane's cache. */
async function incompleteBytes(lane: Lane): Promise<number> {
  const cache = join(lane.home, 'hf', 'hub')
  const names = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.incomplete'))
  return Math.max(0, ...(await Promise.all(names.map(async (name) => (await stat(join(cache, name))).size))))
}

function startFetch(lane: Lane, names: readonly string[]): ChildProcess {
  const python = join(ROOT, '.venvs', `lane-${lane.name}`, 'bin', 'python')
  return spawn(python, [join(ROOT, 'e2e', 'python', 'fetch_large.py'), 'ana/large', ...names], { env: { ...lane.env }, stdio: ['ignore', 'pipe', 'ignore'] })
}

async function lineOf(child: ChildProcess, start: string): Promise<void> {
  let text = ''
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(chunk)
    if (text.startsWith(start) && text.includes('\n')) return
  }
  throw new Error(`the client ended before it said ${start}: ${text}`)
}

test('a hub that answers slowly is waited for', { timeout: 100_000 }, async ({ skip }) => {
  needLane('a', skip)
  await using lane = await open('a')
  proxy.setFault({ kind: 'delay', direction: 'down', delayMs: 5, times: 1 })
  expect(expectOk(await lane.python('fetch_large.py', ['ana/large', 'three.bin'])).stdout).toContain(sums['three.bin'])
})
