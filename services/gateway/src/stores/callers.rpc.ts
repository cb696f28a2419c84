import { createHash } from 'node:crypto'
import { HearthError } from '@hearth/errors'
import type { AuthenticationResult, AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { ServiceClient } from '@hearth/rpc'
import { LRUCache } from 'lru-cache'
import type { Caller, Callers } from '../domain/ports.ts'

/** A revoked token works for no longer than this, even when no event arrives. */
const KNOWN_MS = 5000
/** Short, so that a token works at once after it was made. */
const UNKNOWN_MS = 1000
const MAX_REMEMBERED = 10_000
const MAX_BATCH = 256

export interface CallersOptions {
  readonly authentication: ServiceClient<typeof AuthenticationServiceService>
  readonly nowMs?: () => number
}

interface Verdict {
  readonly caller: Caller | undefined
  readonly untilMs: number
}

interface Waiting {
  readonly accessToken: string
  readonly settle: PromiseWithResolvers<Verdict>
}

/**
 * Asks auth who a token is. Remembers answers by the token's hash, asks once for many requests at a time, and sends all
 * tokens of one turn of the event loop in one call.
 */
export function createCallers({ authentication, nowMs = Date.now }: CallersOptions): Callers {
  const verdicts = new LRUCache<string, Verdict>({ max: MAX_REMEMBERED })
  const inFlight = new Map<string, Promise<Verdict>>()
  let waiting: Waiting[] = []
  let generation = 0

  const sendWaiting = async (): Promise<void> => {
    const batch = waiting.splice(0, MAX_BATCH)
    if (waiting.length > 0) setImmediate(sendWaiting)
    try {
      const { results } = await authentication.authenticate({ credentials: batch.map(({ accessToken }) => ({ kind: { $case: 'accessToken', value: accessToken } })) })
      batch.forEach(({ settle }, at) => settle.resolve(toVerdict(results[at], nowMs())))
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    }
  }

  const ask = (accessToken: string): Promise<Verdict> => {
    const settle = Promise.withResolvers<Verdict>()
    if (waiting.push({ accessToken, settle }) === 1) setImmediate(sendWaiting)
    return settle.promise
  }

  const askOnce = (key: string, accessToken: string): Promise<Verdict> => {
    const known = inFlight.get(key)
    if (known !== undefined) return known
    const askedIn = generation
    const asked = ask(accessToken).then((verdict) => {
      if (askedIn === generation) verdicts.set(key, verdict)
      return verdict
    }).finally(() => {
      if (inFlight.get(key) === asked) inFlight.delete(key)
    })
    inFlight.set(key, asked)
    return asked
  }

  return {
    async identify(accessToken, signal) {
      const key = createHash('sha256').update(accessToken).digest('base64')
      const remembered = verdicts.get(key)
      if (remembered !== undefined && remembered.untilMs > nowMs()) return remembered.caller
      return (await untilAborted(askOnce(key, accessToken), signal)).caller
    },
    forgetAll() {
      generation += 1
      verdicts.clear()
      inFlight.clear()
    },
  }
}

function toVerdict(result: AuthenticationResult | undefined, nowMs: number): Verdict {
  switch (result?.outcome?.$case) {
    case 'authenticated': {
      const { actorToken, expireTime } = result.outcome.value
      const expiresMs = expireTime?.getTime() ?? nowMs
      return { caller: { kind: 'known', actorToken }, untilMs: Math.min(nowMs + KNOWN_MS, expiresMs) }
    }
    case 'rejected': return { caller: undefined, untilMs: nowMs + UNKNOWN_MS }
    case undefined: throw new HearthError('INTERNAL', 'auth gave no answer for a credential')
  }
}

async function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([pending, promise])
  } finally {
    signal.removeEventListener('abort', abort)
    promise.catch(() => undefined)
  }
}
