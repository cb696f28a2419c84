import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { HearthError } from '@hearth/errors'
import type { Passwords } from './ports.ts'

/*
 * Stored in the PHC string format, so that parameters can rise later:
 *   $argon2id$v=19$m=19456,t=2,p=1$<salt, base64>$<tag, base64>      (no padding)
 * OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
 */
const DEFAULTS = { memory: 19_456, passes: 2, parallelism: 1 } as const
const SALT_BYTES = 16
const TAG_BYTES = 32
const MAX_MEMORY = 1_048_576
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

const deriveTag = promisify(argon2)

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES)
  const tag = await deriveTag('argon2id', { message: password, nonce, tagLength: TAG_BYTES, ...DEFAULTS })
  return `$argon2id$v=19$m=${DEFAULTS.memory},t=${DEFAULTS.passes},p=${DEFAULTS.parallelism}$${toBase64(nonce)}$${toBase64(tag)}`
}

/** False also for a stored text that is no hash of ours. Takes the same time for every wrong password. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(stored) ?? []
  if (salt === undefined || tag === undefined || Number(memory) > MAX_MEMORY) return false
  const expected = Buffer.from(tag, 'base64')
  const actual = await deriveTag('argon2id', {
    message: password, nonce: Buffer.from(salt, 'base64'), tagLength: expected.length,
    memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism),
  })
  return timingSafeEqual(actual, expected)
}

/** Each takes 19 MiB and a thread of the pool for some ten milliseconds. */
const MAX_RUNNING = 3
const MAX_WAITING = 60

/** Hashing within bounds: a crowd at the login may wait for each other, but not starve the rest. */
export function createPasswords(): Passwords {
  const inTurn = createTurns(MAX_RUNNING, MAX_WAITING)
  const decoy = hashPassword(randomBytes(16).toString('hex'))
  // Its failure is told to whoever needs it.
  decoy.catch(() => undefined)
  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    verify: (password, stored) => inTurn(async () => {
      const isRight = await verifyPassword(password, stored ?? await decoy)
      return isRight && stored !== undefined
    }),
  }
}

function createTurns(maxRunning: number, maxWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= maxRunning) {
      if (waiting.length >= maxWaiting) throw new HearthError('UNAVAILABLE', 'too many log in at this moment, try again', { retryAfterMs: 2000 })
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      await promise
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
