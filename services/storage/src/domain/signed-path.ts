import { createHmac, timingSafeEqual } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import { isGitOid, isObjectId, isSha256, type GitOid, type ObjectId, type Sha256 } from '@hearth/ids'
import type { BlobSource, SignedGrant, SignedPaths } from './signed-path-port.ts'

export interface SigningKey {
  /** Short name, carried in the token. */
  readonly id: string
  readonly secret: Buffer
}

export interface SignedPathOptions {
  /** The first signs; all verify. At most two are active while keys are rotated. */
  readonly keys: readonly SigningKey[]
  readonly nowMs: () => number
}

const MAX_TOKEN_CHARS = 4096
const PREFIX_OF = { readBlob: '/-/blob/', stage: '/-/stage/', putObject: '/-/lfs/', putPart: '/-/lfs/', completeUpload: '/-/lfs/' } as const

/** `<base64url of JSON claims>.<base64url of HMAC-SHA256 over that text>`; claims are short-keyed, see `toClaims`. */
export function createSignedPaths({ keys, nowMs }: SignedPathOptions): SignedPaths {
  const [current] = keys
  if (current === undefined) throw new Error('signed paths need a key')
  return {
    sign(grant, lifetimeSeconds) {
      const expiry = Math.floor(nowMs() / 1000) + lifetimeSeconds
      const text = Buffer.from(JSON.stringify({ ...toClaims(grant), x: expiry, i: current.id })).toString('base64url')
      return `${PREFIX_OF[grant.kind]}${text}.${macOf(current, text).toString('base64url')}`
    },
    verify(token) {
      const claims = readClaims(token, keys)
      if (typeof claims['x'] !== 'number' || claims['x'] * 1000 <= nowMs()) throw new HearthError('LINK_EXPIRED', 'this link has expired: ask the hub for a new one')
      return fromClaims(claims)
    },
  }
}

function macOf(key: SigningKey, text: string): Buffer {
  return createHmac('sha256', key.secret).update(text).digest()
}

type Claims = Readonly<Record<string, unknown>>

function readClaims(token: string, keys: readonly SigningKey[]): Claims {
  const [text, mac, ...rest] = token.split('.')
  if (token.length > MAX_TOKEN_CHARS || text === undefined || mac === undefined || rest.length > 0) throw notOurs()
  const given = Buffer.from(mac, 'base64url')
  const isOurs = keys.some((key) => {
    const expected = macOf(key, text)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  if (!isOurs) throw notOurs()
  const claims: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
  if (typeof claims !== 'object' || claims === null) throw notOurs()
  return claims as Claims
}

function notOurs(): HearthError {
  return new HearthError('LINK_EXPIRED', 'this link is not valid: ask the hub for a new one')
}

/** k kind, a account that sends, r repo, e epoch, s size, h sha256, o git oid, t content type, d disposition, u upload, n part number. */
function toClaims(grant: SignedGrant): Claims {
  const base = { k: grant.kind, r: grant.repoId, e: grant.epoch }
  switch (grant.kind) {
    case 'readBlob': return { ...base, s: grant.sizeBytes, t: grant.contentType, d: grant.disposition, ...(grant.source.kind === 'object' ? { h: grant.source.sha256 } : { o: grant.source.oid }) }
    case 'stage': return base
    case 'putObject': return { ...base, a: grant.senderId, h: grant.sha256, s: grant.sizeBytes }
    case 'putPart': return { ...base, u: grant.uploadId, n: grant.partNumber, s: grant.sizeBytes, p: grant.offset }
    case 'completeUpload': return { ...base, a: grant.senderId, u: grant.uploadId, h: grant.sha256, s: grant.sizeBytes }
  }
}

function fromClaims(claims: Claims): SignedGrant {
  const base = { repoId: objectId(claims, 'r'), epoch: number(claims, 'e') }
  switch (claims['k']) {
    case 'readBlob': return { kind: 'readBlob', ...base, source: sourceOf(claims), sizeBytes: number(claims, 's'), contentType: text(claims, 't'), disposition: text(claims, 'd') }
    case 'stage': return { kind: 'stage', ...base }
    case 'putObject': return { kind: 'putObject', ...base, senderId: text(claims, 'a'), sha256: sha256(claims), sizeBytes: number(claims, 's') }
    case 'putPart': return { kind: 'putPart', ...base, uploadId: objectId(claims, 'u'), partNumber: number(claims, 'n'), sizeBytes: number(claims, 's'), offset: number(claims, 'p') }
    case 'completeUpload': return { kind: 'completeUpload', ...base, senderId: text(claims, 'a'), uploadId: objectId(claims, 'u'), sha256: sha256(claims), sizeBytes: number(claims, 's') }
    default: throw notOurs()
  }
}

function sourceOf(claims: Claims): BlobSource {
  return claims['h'] === undefined ? { kind: 'gitBlob', oid: gitOid(claims) } : { kind: 'object', sha256: sha256(claims) }
}

function number(claims: Claims, key: string): number {
  const value = claims[key]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw notOurs()
  return value
}

function text(claims: Claims, key: string): string {
  const value = claims[key]
  if (typeof value !== 'string') throw notOurs()
  return value
}

function objectId(claims: Claims, key: string): ObjectId {
  const value = text(claims, key)
  if (!isObjectId(value)) throw notOurs()
  return value
}

function sha256(claims: Claims): Sha256 {
  const value = text(claims, 'h')
  if (!isSha256(value)) throw notOurs()
  return value
}

function gitOid(claims: Claims): GitOid {
  const value = text(claims, 'o')
  if (!isGitOid(value)) throw notOurs()
  return value
}
