import { HearthError } from '@hearth/errors'
import type { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { ServiceClient } from '@hearth/rpc'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Callers } from '../domain/ports.ts'
import { createCallers } from './callers.rpc.ts'

const SIGNAL = new AbortController().signal

describe('createCallers', () => {
  let now: number
  let batches: string[][]
  let failure: Error | undefined
  let lifeMs: number
  let callers: Callers

  beforeEach(() => {
    now = 1_000_000
    batches = []
    failure = undefined
    lifeMs = 60_000
    const authenticate: ServiceClient<typeof AuthenticationServiceService>['authenticate'] = async ({ credentials }) => {
      if (failure !== undefined) throw failure
      const tokens = credentials.map(({ kind }) => kind?.value ?? '')
      batches.push(tokens)
      return {
        results: tokens.map((token) => (token.startsWith('good')
          ? { outcome: { $case: 'authenticated', value: { actorToken: `actor of ${token}`, expireTime: new Date(now + lifeMs) } } }
          : { outcome: { $case: 'rejected', value: { reason: 1 } } })),
      }
    }
    callers = createCallers({ authentication: { authenticate } as ServiceClient<typeof AuthenticationServiceService>, nowMs: () => now })
  })
  const ask = (token: string): ReturnType<Callers['identify']> => callers.identify(token, SIGNAL)

  test('asks for all tokens of one turn in one call, and for each token once', async () => {
    const answers = await Promise.all([ask('good1'), ask('good2'), ask('good1'), ask('bad')])
    expect(answers).toEqual([{ kind: 'known', actorToken: 'actor of good1' }, { kind: 'known', actorToken: 'actor of good2' }, { kind: 'known', actorToken: 'actor of good1' }, undefined])
    expect(batches).toEqual([['good1', 'good2', 'bad']])
  })

  test('splits more tokens than one call may carry', async () => {
    await Promise.all(Array.from({ length: 600 }, (_, at) => ask(`good${at}`)))
    expect(batches.map(({ length }) => length)).toEqual([256, 256, 88])
  })

  test('remembers a good token for five seconds, a bad one for one', async () => {
    await Promise.all([ask('good'), ask('bad')])
    now += 999
    await Promise.all([ask('good'), ask('bad')])
    expect(batches).toHaveLength(1)
    now += 1
    await Promise.all([ask('good'), ask('bad')])
    expect(batches.at(-1)).toEqual(['bad'])
    now += 4000
    await ask('good')
    expect(batches.at(-1)).toEqual(['good'])
  })

  test('never remembers longer than the actor token lives', async () => {
    lifeMs = 2000
    await ask('good')
    now += 2000
    await ask('good')
    expect(batches).toHaveLength(2)
  })

  test('forgets all at a revocation, also what is being asked just then', async () => {
    await ask('good')
    callers.forgetAll()
    const asked = ask('good')
    callers.forgetAll()
    await asked
    await ask('good')
    expect(batches).toHaveLength(3)
  })

  test('passes on that auth is down, remembers nothing of it', async () => {
    failure = new HearthError('UNAVAILABLE', 'down')
    await expect(ask('good')).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    failure = undefined
    expect(await ask('good')).toBeDefined()
  })

  test('lets a caller go who does not wait', async () => {
    const gone = new AbortController()
    const pending = callers.identify('good', gone.signal)
    gone.abort(new HearthError('CANCELLED', 'gone'))
    await expect(pending).rejects.toMatchObject({ reason: 'CANCELLED' })
    expect(await ask('good')).toBeDefined()
  })
})
