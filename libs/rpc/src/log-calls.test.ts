import { ANONYMOUS } from '@hearth/authz'
import { expect, test } from 'vitest'
import { logCalls } from './log-calls.ts'

function collect() {
  const lines: [string, object][] = []
  const at = (level: string) => (fields: object) => { lines.push([level, fields]) }
  return { lines, log: { debug: at('debug'), info: at('info'), error: at('error') } }
}

const RECORD = { path: '/s/M', requestId: 'r', actor: ANONYMOUS, outcome: 'OK', durationMs: 1.23, error: undefined } as const

test('one line per call; only bugs are errors and carry what was thrown', () => {
  const { lines, log } = collect()
  const onCall = logCalls(log, 'debug')
  const bug = new Error('bug')
  onCall(RECORD)
  onCall({ ...RECORD, outcome: 'REPO_NOT_FOUND', error: new Error('hidden'), actor: { kind: 'service', name: 'dataset' } })
  onCall({ ...RECORD, outcome: 'INTERNAL', error: bug })
  expect(lines).toEqual([
    ['debug', { evt: 'rpc.call', rpc: '/s/M', outcome: 'OK', ms: 1.2, req_id: 'r', actor: 'anonymous' }],
    ['debug', { evt: 'rpc.call', rpc: '/s/M', outcome: 'REPO_NOT_FOUND', ms: 1.2, req_id: 'r', actor: 'service:dataset' }],
    ['error', { evt: 'rpc.call', rpc: '/s/M', outcome: 'INTERNAL', ms: 1.2, req_id: 'r', actor: 'anonymous', err: bug }],
  ])
})
