import { expect, test } from 'vitest'
import { createLogger, type Logger } from './logger.ts'
import { runWithRequest } from './request-context.ts'

const TOKEN = `hf_${'aB3'.repeat(12)}`

function capture(level = 'info'): { log: Logger; lines: () => Record<string, unknown>[] } {
  const written: string[] = []
  const log = createLogger({ service: 'storage', level, stream: { write: (line: string) => { written.push(line) } } })
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('a line has service, subsystem, event, time, label and message', () => {
  const { log, lines } = capture()
  log.named('relay').info({ evt: 'relay.batch', count: 3 }, 'batch relayed')
  log.debug({}, 'not at this level')
  expect(lines()).toEqual([{ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), svc: 'storage', sub: 'relay', evt: 'relay.batch', count: 3, msg: 'batch relayed' }])
})

test('lines of a request carry its id through awaits', async () => {
  const { log, lines } = capture()
  await runWithRequest({ req_id: 'r1' }, async () => {
    await Promise.resolve()
    log.info({}, 'inside')
  })
  log.info({}, 'outside')
  expect(lines().map((line) => line['req_id'])).toEqual(['r1', undefined])
})

test('secret fields are masked at every depth that we log', () => {
  const { log, lines } = capture()
  log.info({ token: 'x1', req: { headers: { authorization: 'x2', cookie: 'x3', 'set-cookie': 'x4' } }, user: { password: 'x5' } }, 'request')
  expect(JSON.stringify(lines())).not.toMatch(/x[1-5]/)
})

test('secrets are masked by shape in messages, URLs and stacks', () => {
  const { log, lines } = capture()
  const cause = new Error(`connect postgres://hub:pa55word@db/hub failed for ${TOKEN} and hs_${'Zz-9'.repeat(11)}`)
  log.error({ err: new Error('GET /-/blob/eyJyIjoxfQ.c2lnbmF0dXJl failed', { cause }), url: `http://h/-/lfs/abcdefghijk.XYZ?token=abc`, header: `Bearer ${'q'.repeat(20)}` }, 'failed')
  const text = JSON.stringify(lines())
  expect(text).not.toMatch(/aB3aB3|Zz-9|c2lnbmF0dXJl|abcdefghijk|pa55word|qqqq|token=abc/)
  expect(text).toContain('/-/blob/***')
  expect(text).toContain('postgres://hub:***@db/hub')
})

test('an error shows its reason, code and causes', () => {
  const { log, lines } = capture()
  const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { reason: 'UNAVAILABLE', code: 'X1' })
  log.warn({ err: error }, 'degraded')
  expect(lines()[0]?.['err']).toMatchObject({ message: 'outer', reason: 'UNAVAILABLE', code: 'X1', cause: { message: 'inner' } })
})
