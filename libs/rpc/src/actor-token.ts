import { createHash } from 'node:crypto'
import { parseActor, type Actor } from '@hearth/authz'
import { HearthError, isHearthError } from '@hearth/errors'
import { importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose'
import { LRUCache } from 'lru-cache'

/*
 * An actor token is a compact JWS: header { alg: "EdDSA", typ: "hearth-actor+jwt", kid }, claims
 * { aud: "internal", iat, exp, actor: <libs/authz Actor> }. It lives 60 s. `typ` keeps other tokens that the same
 * keys may sign one day from being taken for an actor.
 */
const ALGORITHM = 'EdDSA'
const AUDIENCE = 'internal'
const TYPE = 'hearth-actor+jwt'
const CLOCK_TOLERANCE_SECONDS = 5
export const ACTOR_TOKEN_LIFETIME_MS = 60_000

type SignedActor = Exclude<Actor, { kind: 'anonymous' }>

export interface ActorSigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
}

export interface SignedActorToken {
  readonly token: string
  readonly expireMs: number
}

export async function signActorToken(
  actor: SignedActor, key: ActorSigningKey, nowMs: number, lifetimeMs: number = ACTOR_TOKEN_LIFETIME_MS,
): Promise<SignedActorToken> {
  const issuedSeconds = Math.floor(nowMs / 1000)
  const expireSeconds = issuedSeconds + Math.floor(lifetimeMs / 1000)
  const token = await new SignJWT({ actor })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .setAudience(AUDIENCE).setIssuedAt(issuedSeconds).setExpirationTime(expireSeconds)
    .sign(key.privateKey)
  return { token, expireMs: expireSeconds * 1000 }
}

/** The actor of a token. Throws UNAUTHENTICATED for a token that is not good, UNAVAILABLE when the keys cannot be had. */
export type ActorVerifier = (token: string) => Promise<Actor>

export interface KeySet {
  readonly keys: readonly JWK[]
}

export interface ActorVerifierOptions {
  readonly now?: () => number
  /** Verified tokens remembered until they expire. */
  readonly maxCachedTokens?: number
  /** An unknown key id asks for the keys again, at most once in this time. */
  readonly minRefetchMs?: number
  /** Keys are asked for again after this time, so that a withdrawn one stops working. */
  readonly maxKeyAgeMs?: number
}

export function createActorVerifier(getKeys: () => Promise<KeySet>, options: ActorVerifierOptions = {}): ActorVerifier {
  const now = options.now ?? Date.now
  const findKey = createKeyFinder(getKeys, { now, minRefetchMs: options.minRefetchMs ?? 1000, maxKeyAgeMs: options.maxKeyAgeMs ?? 600_000 })
  const cache = new LRUCache<string, { readonly actor: Actor; readonly expireMs: number }>({ max: options.maxCachedTokens ?? 10_000 })
  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64')
    const known = cache.get(key)
    if (known !== undefined && known.expireMs > now()) return known.actor
    const verified = await verifyToken(token, findKey, now())
    cache.set(key, verified)
    return verified.actor
  }
}

type KeyFinder = (kid: string) => Promise<CryptoKey | undefined>

async function verifyToken(token: string, findKey: KeyFinder, nowMs: number): Promise<{ actor: SignedActor; expireMs: number }> {
  try {
    const { payload } = await jwtVerify(token, (header) => keyOf(header, findKey), {
      algorithms: [ALGORITHM], audience: AUDIENCE, typ: TYPE, clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs), requiredClaims: ['exp', 'iat', 'actor'],
    })
    const actor = parseActor(payload['actor'])
    if (actor === undefined || payload.exp === undefined) throw new Error('the claims are not an actor')
    return { actor: Object.freeze(actor), expireMs: payload.exp * 1000 }
  } catch (error) {
    if (isHearthError(error)) throw error
    throw new HearthError('UNAUTHENTICATED', 'the actor token is not valid', { cause: error })
  }
}

async function keyOf(header: JWTHeaderParameters, findKey: KeyFinder): Promise<CryptoKey> {
  const key = header.kid === undefined ? undefined : await findKey(header.kid)
  if (key === undefined) throw new Error('no such key')
  return key
}

interface KeyFinderOptions {
  readonly now: () => number
  readonly minRefetchMs: number
  readonly maxKeyAgeMs: number
}

/** Holds the published keys; one fetch at a time. A failed refresh of keys that are only old keeps them: they were good. */
function createKeyFinder(getKeys: () => Promise<KeySet>, options: KeyFinderOptions): KeyFinder {
  let keys: ReadonlyMap<string, CryptoKey> = new Map()
  let fetchedMs = Number.NEGATIVE_INFINITY
  let triedMs = Number.NEGATIVE_INFINITY
  let pending: Promise<void> | undefined

  const fetchKeys = async (): Promise<void> => {
    triedMs = options.now()
    try {
      keys = await importKeys(await getKeys())
      fetchedMs = options.now()
    } catch (error) {
      if (keys.size === 0) throw new HearthError('UNAVAILABLE', 'callers cannot be verified at the moment', { cause: error })
    } finally {
      pending = undefined
    }
  }
  const refresh = (): Promise<void> => (pending ??= fetchKeys())

  return async (kid) => {
    const isOld = options.now() - fetchedMs > options.maxKeyAgeMs
    const mayTry = pending !== undefined || keys.size === 0 || options.now() - triedMs >= options.minRefetchMs
    if ((isOld || !keys.has(kid)) && mayTry) await refresh()
    return keys.get(kid)
  }
}

async function importKeys(set: KeySet): Promise<ReadonlyMap<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>()
  for (const jwk of set.keys) {
    if (jwk.kid === undefined || jwk.crv !== 'Ed25519') continue
    const key = await importJWK(jwk, ALGORITHM)
    if (!(key instanceof Uint8Array)) keys.set(jwk.kid, key)
  }
  return keys
}
