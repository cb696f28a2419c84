import { randomBytes } from 'node:crypto'
import { contentHeadersOf } from '@hearth/formats'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import { expect, test } from 'vitest'
import { createSignedPaths, type SigningKey } from './signed-path.ts'
import type { SignedGrant } from './signed-path-port.ts'

const ID = 'a'.repeat(24) as ObjectId
const base = { repoId: ID, epoch: 7 }
const object = { sha256: 'b'.repeat(64) as Sha256, sizeBytes: 5 * 1024 ** 4 }
const GRANTS: readonly SignedGrant[] = [
  { kind: 'readBlob', ...base, source: { kind: 'gitBlob', oid: 'c'.repeat(40) as GitOid }, sizeBytes: 0, contentType: 'text/plain; charset=utf-8', disposition: `inline; filename="_.txt"; filename*=UTF-8''%C3%A9.txt` },
  { kind: 'readBlob', ...base, source: { kind: 'object', sha256: object.sha256 }, sizeBytes: 9, contentType: 'application/octet-stream', disposition: 'attachment' },
  { kind: 'stage', ...base }, { kind: 'putObject', ...base, senderId: ID, ...object },
  { kind: 'putPart', ...base, uploadId: ID, partNumber: 1000, offset: 64, sizeBytes: 64 }, { kind: 'completeUpload', ...base, senderId: ID, uploadId: ID, ...object },
]

const aKey = (id: string): SigningKey => ({ id, secret: randomBytes(32) })
const [OLD, NEW] = [aKey('k1'), aKey('k2')]
const signer = (keys: readonly SigningKey[], nowMs = 1_000_000) => createSignedPaths({ keys, nowMs: () => nowMs })
const tokenOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

test.each(GRANTS)('a $kind grant comes back as it was signed', (grant) => {
  expect(signer([OLD]).verify(tokenOf(signer([OLD]).sign(grant, 60)))).toEqual(grant)
})

test('a path ends at its second', () => {
  const token = tokenOf(signer([OLD]).sign({ kind: 'stage', ...base }, 60))
  expect(signer([OLD], 1_059_999).verify(token).kind).toBe('stage')
  expect(() => signer([OLD], 1_060_000).verify(token)).toThrow('expired')
})

test('while keys are rotated both count; afterwards only the new one', () => {
  const token = tokenOf(signer([OLD]).sign({ kind: 'stage', ...base }, 60))
  expect(signer([NEW, OLD]).verify(token).kind).toBe('stage')
  expect(() => signer([NEW]).verify(token)).toThrow('not valid')
})

test('no change of a token goes unnoticed, and none is more than a refusal', () => {
  const paths = signer([OLD])
  const token = tokenOf(paths.sign({ kind: 'putObject', ...base, senderId: ID, ...object }, 60))
  const [text = '', mac = ''] = token.split('.')
  for (let at = 0; at < text.length; at += 1) {
    const altered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}.${mac}`
    expect(() => paths.verify(altered)).toThrow(expect.objectContaining({ reason: 'LINK_EXPIRED' }))
  }
  const forged = Buffer.from(JSON.stringify({ k: 'stage', r: ID, e: 7, x: 9e9 })).toString('base64url')
  for (const odd of ['', '.', 'a', 'a.b', `${token}.`, `${text}.`, `.${mac}`, `${forged}.${mac}`, 'x'.repeat(5000), `${text}.${mac.slice(0, -4)}`, '\0.\0']) {
    expect(() => paths.verify(odd)).toThrow(expect.objectContaining({ reason: 'LINK_EXPIRED' }))
  }
})

test('the longest file name that a repo can hold makes a path that still fits', () => {
  for (const name of ['字'.repeat(85), '!'.repeat(255), '"'.repeat(255)]) {
    const grant: SignedGrant = { kind: 'readBlob', ...base, source: { kind: 'object', sha256: object.sha256 }, sizeBytes: object.sizeBytes, ...contentHeadersOf(name) }
    expect(signer([OLD]).verify(tokenOf(signer([OLD]).sign(grant, 60)))).toEqual(grant)
  }
})
