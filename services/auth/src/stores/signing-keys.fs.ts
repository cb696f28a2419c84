import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { signActorToken } from '@hearth/rpc'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import type { ActorSigner, PublicKey } from '../domain/ports.ts'
import { createPrivateFile, readFileIfThere } from './private-file.ts'

/*
 * <keys folder>/<kid>.json, mode 0600: one private Ed25519 JWK each. Key ids begin with the moment of their making, so
 * the names sort by age: the newest signs, the newest two are published. To rotate, add a key and start again; the old
 * one still verifies. Several replicas of auth mount the same folder (a Secret).
 */
const ACTIVE_KEYS = 2
const FILE_NAME = /^[\w.-]+\.json$/

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: PublicKey
}

/** The signer over the keys of a folder; makes the first key when there is none. Throws, naming the file, when a key cannot be read. */
export async function openSigningKeys(folder: string, now: () => number): Promise<ActorSigner> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await listKeyFiles(folder)).length === 0) await addSigningKey(folder, now())
  const files = (await listKeyFiles(folder)).slice(-ACTIVE_KEYS)
  const keys = await Promise.all(files.map((file) => readKey(join(folder, file))))
  const newest = keys.at(-1)
  if (newest === undefined) throw new Error(`no signing key in ${folder}`)
  return {
    sign: (actor) => signActorToken(actor, newest, now()),
    keySet: { keys: keys.map(({ publicKey }) => publicKey) },
  }
}

/** Adds a key that signs from the next start on. */
export async function addSigningKey(folder: string, nowMs: number): Promise<string> {
  const kid = `${new Date(nowMs).toISOString().replaceAll(/[^0-9]/g, '')}-${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex')}`
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  await createPrivateFile(join(folder, `${kid}.json`), JSON.stringify({ ...await exportJWK(privateKey), kid }))
  return kid
}

async function listKeyFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => FILE_NAME.test(file)).toSorted()
}

async function readKey(path: string): Promise<SigningKey> {
  const jwk = parseKey(path, await readFileIfThere(path) ?? '')
  const privateKey = await importJWK(jwk, 'EdDSA')
  if (privateKey instanceof Uint8Array) throw new Error(`${path} is not a private Ed25519 key`)
  const { x, kid } = jwk
  return { kid, privateKey, publicKey: { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid, x } }
}

/** The file's text never gets into a message: it is a secret. */
function parseKey(path: string, text: string): PrivateJwk {
  try {
    const jwk: unknown = JSON.parse(text)
    if (isPrivateKey(jwk)) return jwk
  } catch {
    // Said below.
  }
  throw new Error(`${path} is not a private Ed25519 key`)
}

type PrivateJwk = JWK & { readonly kid: string; readonly x: string }

function isPrivateKey(value: unknown): value is PrivateJwk {
  if (typeof value !== 'object' || value === null) return false
  const jwk: { kid?: unknown; crv?: unknown; d?: unknown; x?: unknown } = value
  return typeof jwk.kid === 'string' && jwk.crv === 'Ed25519' && typeof jwk.d === 'string' && typeof jwk.x === 'string'
}
