import { HearthError } from '@hearth/errors'
import { describe, expect, test } from 'vitest'
import { countRangeBytes } from './byte-range.ts'
import { parseAuthorization } from './credential.ts'
import { toPublicError } from './public-error.ts'
import { parseQuery } from './query.ts'

const SOMEBODY = { isAnonymous: false, isGit: false, origin: 'http://hub' }
const NOBODY = { isAnonymous: true, isGit: false, origin: 'http://hub' }

test.each([
  [undefined, 10], ['bytes=0-0', 1], ['bytes=0-', 10], ['bytes=4-', 6], ['bytes=2-99', 8], ['bytes=-3', 3], ['bytes=-99', 10], ['bytes=20-', 0], ['bytes=0-1,4-5', 10], ['items=0-1', 10], ['bytes=-', 10],
])('countRangeBytes %s', (header, bytes) => {
  expect(countRangeBytes(header, 10)).toBe(bytes)
})

test.each([
  [undefined, { kind: 'none' }], ['  ', { kind: 'none' }], ['Bearer', { kind: 'none' }], ['bearer   hf_x  ', { kind: 'token', token: 'hf_x', isBasic: false }],
  [`Basic ${btoa('u:hf_x')}`, { kind: 'token', token: 'hf_x', isBasic: true }], [`basic ${btoa('u:a:b')}`, { kind: 'token', token: 'a:b', isBasic: true }], [`Basic ${btoa('hf_x')}`, { kind: 'token', token: 'hf_x', isBasic: true }],
  ['Digest x', { kind: 'unreadable' }], ['Bearer a b', { kind: 'unreadable' }], [`Bearer ${'x'.repeat(5000)}`, { kind: 'unreadable' }],
])('parseAuthorization %s', (header, credential) => {
  expect(parseAuthorization(header)).toEqual(credential)
})

test('parseQuery merges k and k[], and keeps prototype names harmless', () => {
  expect({ ...parseQuery('a=1&b[]=x&b=y&b[]=z&c=&__proto__=p') }).toEqual(Object.fromEntries([['a', '1'], ['b', ['x', 'y', 'z']], ['c', ''], ['__proto__', 'p']]))
})

describe('toPublicError', () => {
  test.each([
    ['REPO_NOT_FOUND', 401, 404, 'RepoNotFound'], ['GATED_REPO', 401, 403, 'GatedRepo'], ['FORBIDDEN', 401, 403, undefined], ['REVISION_NOT_FOUND', 404, 404, 'RevisionNotFound'], ['PARENT_MOVED', 412, 412, undefined],
  ] as const)('%s', (reason, anonymous, known, code) => {
    const error = new HearthError(reason, 'why')
    expect(toPublicError(error, NOBODY)).toMatchObject({ status: anonymous, message: 'why' })
    expect(toPublicError(error, SOMEBODY)).toMatchObject({ status: known })
    expect(toPublicError(error, SOMEBODY).headers['x-error-code']).toBe(code)
  })

  test('says nothing of what is no HearthError', () => {
    expect(toPublicError(new Error('the database password is x'), SOMEBODY)).toMatchObject({ status: 500, reason: 'INTERNAL', message: 'Internal error' })
  })

  test('sends literal messages, the commit, and when to try again', () => {
    expect(toPublicError(new HearthError('DISABLED_REPO', 'x'), SOMEBODY).message).toBe('Access to this resource is disabled.')
    expect(toPublicError(new HearthError('INVALID_CREDENTIALS', 'x'), NOBODY).headers).toEqual({ 'x-error-message': 'Invalid credentials in Authorization header' })
    const sha = 'a'.repeat(40)
    expect(toPublicError(new HearthError('ENTRY_NOT_FOUND', 'x', { metadata: { sha } }), SOMEBODY).headers).toMatchObject({ 'x-repo-commit': sha, 'x-error-code': 'EntryNotFound' })
    expect(toPublicError(new HearthError('UNAVAILABLE', 'x', { retryAfterMs: 1500 }), SOMEBODY).headers).toMatchObject({ 'retry-after': '2' })
    expect(toPublicError(new HearthError('UNAUTHENTICATED', 'x'), { isAnonymous: true, isGit: true, origin: 'http://hub' }).headers).toHaveProperty('www-authenticate')
  })

  test('keeps control characters out of both, and only ASCII in the header', () => {
    const { message, headers } = toPublicError(new HearthError('INVALID_ARGUMENT', 'a\r\nX-Evil: 1\u0000\u2028 \u00e9 "q"'), SOMEBODY)
    expect(message).toBe('a X-Evil: 1   \u00e9 "q"'.replace('   ', '  '))
    expect(headers['x-error-message']).toMatch(/^[\x20-\x7e]*$/)
  })
})
