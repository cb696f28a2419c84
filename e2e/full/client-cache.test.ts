import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, hasLane, needLane, openLane, type Lane, type LaneName } from '../harness/python.ts'
import { requestsSince, type LoggedRequest } from '../harness/request-log.ts'

let hub: Hub
beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const isTransfer = (r: LoggedRequest): boolean => r.method === 'GET' && (r.path.includes('/resolve/') || r.path.startsWith('/-/'))

describe.each(['a', 'b', 'c'] as const satisfies LaneName[])('cache and folders, lane %s', (name) => {
  const repo = `ana/cache-${name}`
  let lane: Lane
  beforeAll(async () => {
    if (!hasLane(name)) return
    lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana, timeoutMs: 90_000 })
    expectOk(await lane.python('client_cache.py', ['prepare', repo]))
    expectOk(await lane.python('client_cache.py', ['fetch', repo]))
  })
  afterAll(async () => { await lane?.[Symbol.asyncDispose]() })
  beforeEach(({ skip }) => { needLane(name, skip) })

  test('every revision form lands where the libraries look for it; a second time nothing is transferred', async () => {
    const mark = (await hub.log()).length
    expectOk(await lane.python('client_cache.py', ['again', repo]))
    expect((await requestsSince(hub, mark)).filter(isTransfer)).toEqual([])
  })

  test('--local-dir keeps plain files and their metadata', async () => {
    expectOk(await lane.python('client_cache.py', ['local', repo]))
  })

  test.each([
    ['HF_HUB_OFFLINE', 'offline', { HF_HUB_OFFLINE: '1' }],
    ['a hub that is gone', 'gone', { HF_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('serves from the cache with %s', async (_what, step, env) => {
    const mark = (await hub.log()).length
    expectOk(await lane.python('client_cache.py', [step, repo], env))
    expect(await requestsSince(hub, mark)).toEqual([])
  })

  test('honours HF_HUB_CACHE and the old names of it', async () => {
    for (const variable of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']) {
      const cache = join(lane.home, variable)
      const done = expectOk(await lane.exec('python', ['-c', `import huggingface_hub as h; print(h.hf_hub_download(${JSON.stringify(repo)}, 'config.json'))`], { [variable]: cache }))
      expect(done.stdout).toContain(cache)
    }
  })
})

describe('the cache commands', () => {
  test.for([
    ['a', [['hf', 'cache', 'ls']], ['hf', 'cache', 'rm', 'model/ana/cached-a', '-y']],
    ['b', [['hf', 'cache', 'ls']], ['hf', 'cache', 'rm', 'model/ana/cached-b', '-y']],
    ['c', [['hf', 'cache', 'scan'], ['huggingface-cli', 'scan-cache']], undefined],
  ] as const)('lane %s lists what it holds, and removes it', async ([name, lists, remove], { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const repo = `ana/cached-${name}`
    expectOk(await lane.python('client_cache.py', ['prepare', repo]))
    expectOk(await lane.hf(['download', repo]))
    for (const [program, ...args] of lists) expect(expectOk(await lane.exec(program, args)).stdout).toContain(repo)
    if (remove === undefined) return
    const [program, ...args] = remove
    expectOk(await lane.exec(program, args))
    expect(expectOk(await lane.exec('hf', ['cache', 'ls'])).stdout).not.toContain(repo)
  })
})

test('lane c transfers with hf_transfer', async ({ skip }) => {
  needLane('c', skip)
  await using lane = await openLane('c', { endpoint: hub.url, token: TOKENS.ana, env: { HF_HUB_ENABLE_HF_TRANSFER: '1' } })
  expectOk(await lane.python('hf_transfer_both_ways.py'))
})
