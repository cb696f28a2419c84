import { afterAll, beforeAll, describe, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type LaneName } from '../harness/python.ts'

let hub: Hub
beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

describe('repos, refs, rights and error classes', () => {
  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s', { timeout: 180_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana, env: { BO_TOKEN: TOKENS.bo, READ_TOKEN: TOKENS.anaRead } })
    expectOk(await lane.python('client_repos.py', [`lane-${name}`]))
  })
})
