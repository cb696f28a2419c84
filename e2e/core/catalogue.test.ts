import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { hasLane, openLane, type Finished } from '../harness/python.ts'

const ok = (done: Finished): void => expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)

describe.each(['a', 'c'] as const)('lists, info and counts (lane %s)', (name) => {
  let hub: Hub
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hearth-catalogue-'))
    hub = await startHub({ dataDir, bootstrap: BOOTSTRAP })
  })
  afterAll(async () => {
    await hub[Symbol.asyncDispose]()
    await rm(dataDir, { recursive: true, force: true })
  })

  test.skipIf(!hasLane(name))('filters, sorts and expands as the official client asks', { timeout: 120_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    ok(await lane.python('catalogue.py', ['fill']))
  })

  test.skipIf(!hasLane(name))('downloads that were counted survive the end of the process', { timeout: 120_000 }, async () => {
    for (const token of [TOKENS.bo, TOKENS.bo, TOKENS.member]) {
      await using lane = await openLane(name, { endpoint: hub.url, token })
      ok(await lane.hf(['download', 'ana/mask', 'config.json']))
    }
    await fetch(`${hub.url}/ana/mask/resolve/main/config.json`)
    expect(await hub.stop()).toBe(0)
    hub = await startHub({ dataDir, bootstrap: BOOTSTRAP })
    // Ana herself once, who filled it, and three others.
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    ok(await lane.python('catalogue.py', ['downloads', '4']))
  })
})
