import { describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub } from '../harness/hub.ts'
import { hasLane, openLane } from '../harness/python.ts'

describe.skipIf(!hasLane('a'))('gated repos with the newest client (lane a)', () => {
  test('asks, decides and downloads', { timeout: 120_000 }, async () => {
    await using hub = await startHub({ bootstrap: BOOTSTRAP })
    await using lane = await openLane('a', { endpoint: hub.url })
    const done = await lane.python('access_requests.py', [TOKENS.ana, TOKENS.bo, TOKENS.member, 'ana/gated-a'])
    expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)
  })
})
