import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { createActorVerifier, signActorToken } from './actor-token.ts'

const SERVICE = { kind: 'service', name: 'dataset' } as const
const START_MS = Date.UTC(2030, 0, 1)

interface TestKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

let keys: readonly TestKey[] = []

beforeAll(async () => {
  keys = await Promise.all(['k0', 'k1', 'k2'].map(async (kid) => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    return { kid, privateKey, jwk: { ...await exportJWK(publicKey), kid } }
  }))
})

function key(index: number): TestKey {
  const found = keys[index]
  if (found === undefined) throw new Error('no such key')
  return found
}

/** A verifier over a changeable key set and clock. */
function setUp(published: () => readonly JWK[]) {
  const state = { nowMs: START_MS, fetches: 0 }
  const verify = createActorVerifier(() => {
    state.fetches += 1
    return Promise.resolve({ keys: published() })
  }, { now: () => state.nowMs })
  return { state, verify }
}

async function sign(index: number, nowMs = START_MS): Promise<string> {
  return (await signActorToken(SERVICE, key(index), nowMs)).token
}

test('lives 60 s and 5 s of tolerance', async () => {
  const { state, verify } = setUp(() => [key(0).jwk])
  const signed = await signActorToken(SERVICE, key(0), START_MS)
  expect(signed.expireMs).toBe(START_MS + 60_000)
  expect(await verify(signed.token)).toEqual(SERVICE)
  state.nowMs = START_MS + 64_000
  expect(await verify(signed.token)).toEqual(SERVICE)
  state.nowMs = START_MS + 66_000
  await expect(verify(signed.token)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED', message: 'the actor token is not valid' })
})

test('two active keys verify, a withdrawn one stops within the key age', async () => {
  const published = [key(0).jwk, key(1).jwk]
  const { state, verify } = setUp(() => published)
  expect(await verify(await sign(0))).toEqual(SERVICE)
  expect(await verify(await sign(1))).toEqual(SERVICE)
  expect(state.fetches).toBe(1)
  published.shift()
  state.nowMs += 601_000
  await expect(verify(await sign(0, state.nowMs))).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  expect(await verify(await sign(1, state.nowMs))).toEqual(SERVICE)
})

test('an unknown key id refetches, at most once a second', async () => {
  const published = [key(0).jwk]
  const { state, verify } = setUp(() => published)
  await verify(await sign(0))
  state.nowMs += 1_000
  for (let n = 0; n < 5; n += 1) await expect(verify(await sign(1))).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  expect(state.fetches).toBe(2)
  published.push(key(1).jwk)
  state.nowMs += 1_000
  expect(await verify(await sign(1))).toEqual(SERVICE)
  expect(state.fetches).toBe(3)
})

test('concurrent verifications share one fetch', async () => {
  const { state, verify } = setUp(() => [key(0).jwk])
  const tokens = await Promise.all([sign(0), sign(0, START_MS - 1000), sign(0, START_MS - 2000)])
  await Promise.all(tokens.map((token) => verify(token)))
  expect(state.fetches).toBe(1)
})

test('without any keys the caller learns that it is our fault', async () => {
  const verify = createActorVerifier(() => Promise.reject(new Error('no route')))
  await expect(verify(await sign(0))).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
})

test('old keys outlive an unreachable publisher', async () => {
  let isUp = true
  let nowMs = START_MS
  const verify = createActorVerifier(() => (isUp ? Promise.resolve({ keys: [key(0).jwk] }) : Promise.reject(new Error('down'))), { now: () => nowMs })
  await verify(await sign(0))
  isUp = false
  nowMs += 700_000
  expect(await verify(await sign(0, nowMs))).toEqual(SERVICE)
})

test('refuses what is signed by the right key but is something else', async () => {
  const { verify } = setUp(() => [key(0).jwk])
  const { privateKey } = key(0)
  const base = () => new SignJWT({ actor: SERVICE }).setIssuedAt(START_MS / 1000).setExpirationTime(START_MS / 1000 + 60).setAudience('internal')
  const header = { alg: 'EdDSA', typ: 'hearth-actor+jwt', kid: 'k0' }
  const good = await base().setProtectedHeader(header).sign(privateKey)
  expect(await verify(good)).toEqual(SERVICE)
  const bad = await Promise.all([
    base().setProtectedHeader({ ...header, typ: 'JWT' }).sign(privateKey),
    base().setProtectedHeader({ alg: 'EdDSA', typ: 'hearth-actor+jwt' }).sign(privateKey),
    base().setAudience('cas').setProtectedHeader(header).sign(privateKey),
    new SignJWT({ actor: SERVICE }).setIssuedAt(START_MS / 1000).setAudience('internal').setProtectedHeader(header).sign(privateKey),
    new SignJWT({ actor: { kind: 'anonymous' } }).setIssuedAt(START_MS / 1000).setExpirationTime(START_MS / 1000 + 60).setAudience('internal').setProtectedHeader(header).sign(privateKey),
    base().setProtectedHeader(header).sign(key(1).privateKey),
    base().setProtectedHeader({ ...header, alg: 'HS256' }).sign(new TextEncoder().encode(JSON.stringify(key(0).jwk))),
  ])
  for (const token of bad) await expect(verify(token)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
})
