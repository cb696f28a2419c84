import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitBody, createRepo, fileLine, lfsBatch, lfsHref, lfsLine, LFS_TYPE, pointerOf, send, sendOk, uploadLfs, type Client, type LfsFile } from './hub-client.ts'
import { startTestHub, type TestHub } from './test-hub.ts'

/* No way takes a time of its own for an object that the hub has somewhere the caller may not look. */
const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const BOOTSTRAP = { users: ['ana', 'bo'].map((name) => ({ name, fullname: name, email: `${name}@example.org`, tokens: [{ name: 'w', value: token(name), role: 'write' }] })), orgs: [] }
const SIZE = 200_000
const ROUNDS = 40

let hub: TestHub
let bo: Client
let secrets: LfsFile[]

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  const ana = { url: hub.url, token: token('ana') }
  bo = { url: hub.url, token: token('bo') }
  await createRepo(ana, 'models', 'ana/gated')
  await createRepo(bo, 'models', 'bo/own')
  secrets = []
  for (let at = 0; at < 8; at += 1) secrets.push(await uploadLfs(ana, 'models', 'ana/gated', { data: randomBytes(SIZE), path: `weights-${at}.bin` }))
  await sendOk(ana, 'PUT', '/api/models/ana/gated/settings', { body: '{"gated":"manual"}' })
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const WAYS: Readonly<Record<string, (file: LfsFile) => Promise<Response>>> = {
  'LFS batch, upload': (file) => lfsBatch(bo, '/bo/own', 'upload', file),
  'LFS batch, download': (file) => lfsBatch(bo, '/bo/own', 'download', file),
  'LFS verify': (file) => send(bo, 'POST', '/bo/own.git/info/lfs/objects/verify', { type: LFS_TYPE, body: JSON.stringify(file) }),
  'commit of an lfsFile': (file) => send(bo, 'POST', '/api/models/bo/own/commit/main', commitBody([lfsLine('a.bin', file)])),
  'commit of a pointer': (file) => send(bo, 'POST', '/api/models/bo/own/commit/main', commitBody([fileLine('p.txt', pointerOf(file))])),
  'PUT of other bytes': async (file) => fetch(await lfsHref(bo, '/bo/own', 'upload', file) ?? '', { method: 'PUT', body: randomBytes(SIZE) }),
}

test.each(Object.entries(WAYS))('%s takes as long for a known sha256 as for a made-up one', { timeout: 60_000 }, async (_way, go) => {
  const times = { known: [] as number[], invented: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    const pair = [['known', secrets[round % secrets.length]], ['invented', { oid: randomBytes(32).toString('hex'), size: SIZE }]] as const
    for (const [kind, file] of round % 2 === 0 ? pair : pair.toReversed()) {
      const began = performance.now()
      await (await go(file!)).arrayBuffer()
      times[kind].push(performance.now() - began)
    }
  }
  const [known, invented] = [median(times.known), median(times.invented)]
  expect(Math.abs(known - invented), `${known} and ${invented} ms`).toBeLessThan(2 + Math.min(known, invented))
})

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
