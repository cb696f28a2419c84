import { ERRORS, HearthError, type ErrorReason } from '@hearth/errors'
import { expect, test } from 'vitest'
import { encodeStatusDetails } from './status-codec.ts'
import { decodeError, encodeError } from './wire-error.ts'

test.each(Object.keys(ERRORS) as ErrorReason[])('%s keeps its reason', (reason) => {
  const status = encodeError(new HearthError(reason, 'why'))
  expect(status.code).toBe(ERRORS[reason].grpc)
  expect(decodeError(status)).toMatchObject({ reason, message: 'why', retryAfterMs: undefined, metadata: {} })
})

test.each([0, 1, 999, 1000, 1500, 86_400_000])('a retry delay of %i ms survives', (retryAfterMs) => {
  expect(decodeError(encodeError(new HearthError('UNAVAILABLE', 'x', { retryAfterMs }))).retryAfterMs).toBe(retryAfterMs)
})

test('long messages and metadata are cut to fit in trailers', () => {
  const error = new HearthError('CONFLICT', 'm'.repeat(100_000), { metadata: { small: 'kept', big: 'x'.repeat(100_000) } })
  const status = encodeError(error)
  expect(status.details?.length).toBeLessThan(20_000)
  expect(decodeError(status)).toMatchObject({ reason: 'CONFLICT', metadata: { small: 'kept' } })
})

test('a reason of a newer peer falls back to its gRPC status, and keeps its message', () => {
  const details = encodeStatusDetails({ code: 5, message: 'no such thing', errorInfo: { reason: 'FROM_THE_FUTURE', domain: 'hearth', metadata: {} }, retryAfterMs: undefined })
  expect(decodeError({ code: 5, message: 'no such thing', details })).toMatchObject({ reason: 'NOT_FOUND', message: 'no such thing' })
})

test.each([
  [1, 'CANCELLED'], [4, 'DEADLINE_EXCEEDED'], [12, 'NOT_IMPLEMENTED'], [14, 'UNAVAILABLE'], [16, 'UNAUTHENTICATED'], [2, 'INTERNAL'], [13, 'INTERNAL'], [8, 'INTERNAL'],
])('a foreign status %i is %s, its text only the cause', (code, reason) => {
  const error = decodeError({ code, message: 'connect ECONNREFUSED 10.0.0.1:7001', details: undefined })
  expect(error.reason).toBe(reason)
  expect(error.message).not.toContain('10.0.0.1')
  expect(String(error.cause)).toContain('10.0.0.1')
})

test('details of another domain or that are no message are not believed', () => {
  const details = encodeStatusDetails({ code: 5, message: 'm', errorInfo: { reason: 'REPO_NOT_FOUND', domain: 'other', metadata: {} }, retryAfterMs: undefined })
  expect(decodeError({ code: 5, message: 'm', details }).reason).toBe('INTERNAL')
  expect(decodeError({ code: 14, message: 'm', details: Buffer.from([255, 255, 255]) }).reason).toBe('UNAVAILABLE')
})
