import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane } from '../harness/python.ts'
import { requestsSince } from '../harness/request-log.ts'

/** What clients call beside their work, often with a token that is none of the hub's: it has to be answered at once and count for nothing. */
let hub: Hub
beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const FOREIGN = { authorization: 'Bearer a-token-of-somebody-else', 'content-type': 'application/json' }

describe('calls beside the work', () => {
  test('telemetry of hf_xet at the root of the origin is swallowed before any token is looked at', async () => {
    for (let index = 0; index < 50; index += 1) {
      const answer = await fetch(`${hub.url}/v1/telemetry`, { method: 'POST', headers: FOREIGN, body: '{"time":1,"event":"x","session_id":"s","user_agent":"u","metrics":{}}' })
      expect([200, 202, 204, 404]).toContain(answer.status)
      await answer.arrayBuffer()
    }
    const who = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${TOKENS.ana}` } })
    expect(who.status, 'it was not counted as failed logins').toBe(200)
  })

  test.each(['POST', 'PUT', 'GET', 'DELETE', 'PATCH'])('xorb grants by %s are 404 as JSON, below any prefix, whatever the token', async (method) => {
    for (const path of ['/v1/xorb-grants/default/00', '/cas/v1/xorb-grants/default/00/', '/v1/xorb-grants/default/00/']) {
      const answer = await fetch(`${hub.url}${path}`, { method, headers: FOREIGN, ...(method === 'GET' ? {} : { body: 'x' }) })
      expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([404, 'application/json'])
    }
  })

  test.each(['/info?dataset=ana%2Fd', '/parquet?dataset=ana%2Fd', '/splits?dataset=x', '/api/unknown/thing', '/api/tasks'])('%s is a 404 as JSON, never a page', async (path) => {
    const answer = await fetch(`${hub.url}${path}`, { headers: { authorization: `Bearer ${TOKENS.ana}` } })
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([404, 'application/json'])
  })

  test('the agent registry may be kept for long', async () => {
    const answer = await fetch(`${hub.url}/api/agent-harnesses`)
    expect(answer.headers.get('cache-control')).toMatch(/max-age=\d{4,}/)
    expect(await answer.json()).toEqual({ standardEnvVars: [], harnesses: {} })
  })

  test('telemetry of the official client arrives here and nowhere else', async ({ skip }) => {
    needLane('a', skip)
    await using lane = await openLane('a', { endpoint: hub.url, token: TOKENS.ana })
    const mark = (await hub.log()).length
    expectOk(await lane.exec('python', ['-c', 'from huggingface_hub.utils import send_telemetry; import time; send_telemetry("hearth/test"); time.sleep(1)']))
    const requests = await requestsSince(hub, mark)
    expect(requests.map((one) => [one.method, one.path, one.status < 500])).toContainEqual(['HEAD', '/api/telemetry/hearth/test', true])
  })
})
