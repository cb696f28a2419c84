import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { call, commitFiles, createRepo, type Session } from '../harness/hub-client.ts'
import { startHub, type Hub } from '../harness/hub.ts'

const SAMPLES = 150
/** Generous: what a look-up of a row more or less could cost is far above, what a busy machine adds is far below. */
const MAX_RATIO = 1.5

let hub: Hub
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  const me = { url: hub.url, token: TOKENS.ana }
  await createRepo(me, 'ana/secret', { private: true })
  await commitFiles(me, 'ana/secret', [{ path: 'config.json', content: Buffer.from('{}') }])
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** All that a caller can compare, with the name taken out. */
async function seen(session: Session, path: string, name: string): Promise<Seen> {
  const answer = await call(session, 'GET', path)
  const headers = Object.fromEntries([...answer.headers].filter(([key]) => !['date', 'x-request-id'].includes(key)).map(([key, value]) => [key, value.replaceAll(name, 'NAME')]))
  return { status: answer.status, headers, body: (await answer.text()).replaceAll(name, 'NAME') }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

test.each([
  ['a stranger', TOKENS.bo, '/api/models/NAME'], ['a stranger', TOKENS.bo, '/NAME/resolve/main/config.json'], ['a stranger', TOKENS.bo, '/api/models/NAME/tree/main'],
  ['nobody', undefined, '/api/models/NAME'], ['nobody', undefined, '/NAME/resolve/main/config.json'],
])('%s cannot tell a private repo from a missing one (%#)', async (_who, token, template) => {
  const session: Session = { url: hub.url, ...(token === undefined ? {} : { token }) }
  const names = ['ana/secret', 'ana/absent'] as const
  const [hidden, missing] = await Promise.all(names.map((name) => seen(session, template.replace('NAME', name), name)))
  expect(hidden).toEqual(missing)
  // Interleaved and in changing order, so that whatever else the machine does meets both alike.
  const times: Record<string, number[]> = { 'ana/secret': [], 'ana/absent': [] }
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (const name of sample % 2 === 0 ? names : names.toReversed()) {
      const began = performance.now()
      await (await call(session, 'GET', template.replace('NAME', name))).arrayBuffer()
      times[name]?.push(performance.now() - began)
    }
  }
  const ratio = median(times['ana/secret'] ?? []) / median(times['ana/absent'] ?? [])
  expect(Math.max(ratio, 1 / ratio)).toBeLessThan(MAX_RATIO)
})
