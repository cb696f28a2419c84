import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startFaultProxy } from '../harness/fault-proxy.ts'
import { hashFile, writeSafetensors } from '../harness/files.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { call, commitFiles, createRepo } from '../harness/hub-client.ts'
import { expectOk, needLane, openLane } from '../harness/python.ts'

const MIB = 1024 * 1024
const PART_BYTES = 64 * MIB
const data = randomBytes(140 * MIB)
const oid = createHash('sha256').update(data).digest('hex')
const REPO = 'ana/parts'

let work: string
let hub: Hub
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'hearth-parts-'))
  hub = await startHub({ bootstrap: BOOTSTRAP, dataDir: work })
  await createRepo({ url: hub.url, token: TOKENS.ana }, REPO)
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

interface Plan {
  readonly complete: string
  readonly parts: readonly string[]
}

async function plan(wanted = { oid, size: data.length }): Promise<Plan | undefined> {
  const body = JSON.stringify({ operation: 'upload', transfers: ['basic', 'multipart'], objects: [wanted], hash_algo: 'sha256' })
  const answer = await call({ url: hub.url, token: TOKENS.ana }, 'POST', `/${REPO}.git/info/lfs/objects/batch`, body, 'application/vnd.git-lfs+json')
  const { objects } = (await answer.json()) as { objects: { actions?: { upload: { href: string; header: Record<string, string> } } }[] }
  const upload = objects[0]?.actions?.upload
  if (upload === undefined) return undefined
  const { chunk_size: size, ...urls } = upload.header
  expect(size).toBe(String(PART_BYTES))
  return { complete: upload.href, parts: Object.keys(urls).toSorted((a, b) => Number(a) - Number(b)).map((key) => urls[key] ?? '') }
}

const partOf = (number: number): Buffer => data.subarray((number - 1) * PART_BYTES, number * PART_BYTES)

async function send(of: Plan, number: number, bytes = partOf(number)): Promise<string> {
  const answer = await fetch(of.parts[number - 1] ?? '', { method: 'PUT', body: new Uint8Array(bytes) })
  expect(answer.status, await answer.text()).toBe(200)
  return answer.headers.get('etag') ?? ''
}

async function complete(of: Plan, etags: readonly string[]): Promise<{ readonly status: number; readonly text: string }> {
  const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }))
  const answer = await fetch(of.complete, { method: 'POST', headers: { 'content-type': 'application/vnd.git-lfs+json' }, body: JSON.stringify({ oid, parts }) })
  return { status: answer.status, text: await answer.text() }
}

/** Sends the beginning of a part, then the connection goes. */
async function cut(of: Plan, number: number, bytes: number): Promise<void> {
  const url = new URL(of.parts[number - 1] ?? '')
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => undefined)
  socket.write(`PUT ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: ${partOf(number).length}\r\n\r\n`)
  await new Promise((resolve) => { socket.write(randomBytes(bytes), resolve) })
  socket.destroy()
  await once(socket, 'close')
}

describe('an upload in parts', () => {
  test('goes on after cuts and restarts: asked for again it is the same one, and nothing is skipped that is not there', { timeout: 120_000 }, async () => {
    const first = await plan()
    if (first === undefined) throw new Error('the object is there already')
    expect(first.parts).toHaveLength(3)
    const etag = await send(first, 1)
    await cut(first, 2, 20 * MIB)
    const missing = await complete(first, [etag, etag.replace('-1"', '-2"'), etag.replace('-1"', '-3"')])
    expect(missing).toEqual({ status: 400, text: expect.stringContaining('parts 2, 3 of 3 are missing') })

    await hub.kill()
    hub = await startHub({ bootstrap: BOOTSTRAP, dataDir: work })
    const second = await plan()
    if (second === undefined) throw new Error('an unfinished object counts as present')
    expect(second.parts).toHaveLength(3)
    expect(await send(second, 1)).toBe(etag)
    const wrong = [etag, await send(second, 2, randomBytes(PART_BYTES)), await send(second, 3)]
    expect(await complete(second, wrong)).toEqual({ status: 400, text: expect.stringContaining('send the parts again') })
    expect(await send(second, 2)).toBe(wrong[1])
    expect((await complete(second, wrong)).status).toBe(200)
    expect((await complete(second, wrong)).status).toBe(200)
    expect(await plan()).toBeUndefined()

    await commitFiles({ url: hub.url, token: TOKENS.ana }, REPO, [{ path: 'w.bin', lfs: { oid, size: data.length } }])
    const got = await fetch(`${hub.url}/${REPO}/resolve/main/w.bin`)
    expect(createHash('sha256').update(new Uint8Array(await got.arrayBuffer())).digest('hex')).toBe(oid)
    const late = await fetch(second.parts[0] ?? '', { method: 'PUT', body: new Uint8Array(partOf(1)) })
    expect([late.status, await late.text()]).toEqual([404, expect.stringContaining('begin it anew')])
  })

  test.for(['a', 'b', 'c'] as const)('is resumed by the official client of lane %s when its connections are cut in the middle of parts', { timeout: 180_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using proxy = await startFaultProxy(hub.url)
    await using lane = await openLane(name, { endpoint: proxy.url, token: TOKENS.ana, timeoutMs: 150_000 })
    const path = join(work, `large-${name}.bin`)
    await writeSafetensors(path, 200 * MIB)
    proxy.setFault({ kind: 'reset', direction: 'up', afterBytes: 40 * MIB, times: 3 })
    expectOk(await lane.python('send_large.py', [`ana/cut-${name}`, 'large.bin', path]))
    expect(proxy.struck()).toBe(3)
    proxy.setFault(undefined)
    await using fresh = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    expect(expectOk(await fresh.python('fetch_large.py', [`ana/cut-${name}`, 'large.bin'])).stdout).toContain(await hashFile(path))
    await rm(path)
  })
})
