import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type LaneName } from '../harness/python.ts'
import { requestsSince } from '../harness/request-log.ts'

let hub: Hub
beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

// The counter of datasets and the conversion service of transformers are outside of every hub.
const QUIET = { HF_UPDATE_DOWNLOAD_COUNTS: '0', DISABLE_SAFETENSORS_CONVERSION: '1' }

describe('datasets', () => {
  test.for(['datasets-a', 'datasets-c'] as const satisfies LaneName[])('lane %s loads, streams and pushes', { timeout: 200_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana, env: QUIET })
    expectOk(await lane.python('data_sets.py', [name]))
  })
})

describe('HfFileSystem', () => {
  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s lists, globs, reads ranges and writes', { timeout: 120_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    expectOk(await lane.python('file_system.py', [`ana/files-${name}`]))
  })
})

describe('transformers', () => {
  test('makes, pushes and loads a tiny model, its tokenizer and its card', { timeout: 200_000 }, async ({ skip }) => {
    needLane('transformers', skip)
    await using lane = await openLane('transformers', { endpoint: hub.url, token: TOKENS.ana, env: QUIET })
    expectOk(await lane.python('tiny_model.py'))
  })
})

describe('transformers without torch', () => {
  test.for(['datasets-c', 'transformers'] as const satisfies LaneName[])('lane %s finds configs and tokenizers', { timeout: 120_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana, env: QUIET })
    const repo = `ana/auto-${name}`
    expectOk(await lane.python('auto_classes.py', [repo]))
    if (name === 'datasets-c') expectOk(await lane.python('auto_classes.py', [repo], { TRANSFORMERS_CACHE: join(lane.home, 'old-name') }))
  })
})

describe('upload_large_folder', () => {
  test.for(['b', 'c'] as const satisfies LaneName[])('lane %s sends a folder in many commits, and goes on where it was killed', { timeout: 150_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const mark = (await hub.log()).length
    const done = expectOk(await lane.python('large_folder.py', [`ana/large-folder-${name}`]))
    const before = Number(/sent before the kill: (\d+)/.exec(done.stdout)?.[1])
    expect(before).toBeGreaterThanOrEqual(3)
    expect(before).toBeLessThan(12)
    // Twelve objects; two workers may have been in the middle of one each when they were killed.
    const puts = (await requestsSince(hub, mark)).filter((one) => one.method === 'PUT' && one.path === '/-/lfs')
    const sent = puts.filter((one) => one.status === 200).length
    expect(sent).toBeGreaterThanOrEqual(12)
    expect(sent).toBeLessThanOrEqual(12 + 2)
  })
})
