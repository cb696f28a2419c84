import { HearthError } from '@hearth/errors'
import { describe, expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES } from '../../src/limits.ts'
import { EchoService, message, type EchoMessage } from '../echo-service.ts'
import { ANONYMOUS, openEcho, USER, type EchoWorld, type OpenPair } from '../harness.ts'

/** What every transport must do. */
export function transportSuite(name: string, open: OpenPair): void {
  describe(name, () => {
    testAnswers(open)
    testErrors(open)
    testTime(open)
    testStreams(open)
    testActors(open)
    testDrain(open)
    testBounds(open)
  })
}

async function failureOf(work: Promise<unknown>): Promise<HearthError> {
  const error = await work.then(() => new Error('it succeeded'), (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HearthError)
  return error as HearthError
}

async function collect(messages: AsyncIterable<EchoMessage>): Promise<string[]> {
  const texts: string[] = []
  for await (const { text } of messages) texts.push(text)
  return texts
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 200) throw new Error('it never came true')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function testAnswers(open: OpenPair): void {
  test('a unary call answers, with a copy of the message', async () => {
    await using world = await openEcho(open)
    const sent = message('hello ✓', Uint8Array.of(1, 2, 3))
    const answer = await world.client.echo(sent, { requestId: 'req-1' })
    expect(answer).toEqual(sent)
    answer.body[0] = 9
    expect(sent.body[0]).toBe(1)
    expect(world.contexts[0]?.requestId).toBe('req-1')
    expect(world.records).toMatchObject([{ path: '/hearth.test.v1.EchoService/Echo', requestId: 'req-1', outcome: 'OK', actor: ANONYMOUS }])
  })

  test('a missing or unfit request id is replaced', async () => {
    await using world = await openEcho(open)
    await world.client.echo(message('a'))
    await world.client.echo(message('b'), { requestId: 'line\nbreak' })
    for (const { requestId } of world.contexts) expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a method that is not served is NOT_IMPLEMENTED', async () => {
    await using world = await openEcho(open)
    const client = world.pair.transport.client({ nope: { ...EchoService.echo, path: '/hearth.test.v1.EchoService/Nope' } })
    expect(await failureOf(client.nope(message('x')))).toMatchObject({ reason: 'NOT_IMPLEMENTED' })
  })

  test('a closed transport refuses', async () => {
    await using world = await openEcho(open)
    await world.client.echo(message('x'))
    await world.pair.transport[Symbol.asyncDispose]()
    expect(await failureOf(world.client.echo(message('x')))).toMatchObject({ reason: 'UNAVAILABLE' })
  })
}

function testErrors(open: OpenPair): void {
  test('a HearthError arrives whole, without its cause', async () => {
    await using world = await openEcho(open)
    const error = await failureOf(world.client.fail(message('typed')))
    expect(error).toMatchObject({ reason: 'QUOTA_EXCEEDED', message: 'too many of them ✓', retryAfterMs: 1500, metadata: { repo: 'ana/x' } })
    expect(error.cause).toBeUndefined()
    expect(world.records[0]).toMatchObject({ outcome: 'QUOTA_EXCEEDED' })
  })

  test('a bug becomes INTERNAL; its text stays with the server', async () => {
    await using world = await openEcho(open)
    const error = await failureOf(world.client.fail(message('bug')))
    expect(error).toMatchObject({ reason: 'INTERNAL', message: 'internal error' })
    expect(JSON.stringify([error, String(error.cause), error.stack])).not.toContain('hunter2')
    expect(String(world.records[0]?.error)).toContain('hunter2')
  })

  test('an answer that cannot be encoded is INTERNAL', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(world.client.echo(message('unencodable')))).toMatchObject({ reason: 'INTERNAL', message: 'internal error' })
  })

  test('a request that cannot be encoded is INTERNAL and is not sent', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(world.client.echo({ text: 7 } as unknown as EchoMessage))).toMatchObject({ reason: 'INTERNAL' })
    expect(world.records).toEqual([])
  })
}

function testTime(open: OpenPair): void {
  test('the deadline ends the call on both sides', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(world.client.hang(message('x'), { timeoutMs: 300 }))).toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
    await until(() => world.records.length === 1)
    expect(world.records[0]).toMatchObject({ outcome: 'DEADLINE_EXCEEDED' })
    expect(world.contexts[0]?.signal.aborted).toBe(true)
  })

  test('a call without a deadline gets one of ten seconds', async () => {
    await using world = await openEcho(open)
    await world.client.echo(message('x'))
    const leftMs = (world.contexts[0]?.deadlineMs ?? 0) - Date.now()
    expect(leftMs).toBeGreaterThan(8_000)
    expect(leftMs).toBeLessThan(10_000)
  })

  test('a deadline that has passed is told at once', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(world.client.echo(message('x'), { timeoutMs: 0 }))).toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
  })

  test('cancelling reaches the handler', async () => {
    await using world = await openEcho(open)
    const stop = new AbortController()
    const call = failureOf(world.client.hang(message('x'), { signal: stop.signal }))
    await until(() => world.contexts.length === 1)
    stop.abort()
    expect(await call).toMatchObject({ reason: 'CANCELLED' })
    await until(() => world.records.length === 1)
    expect(world.records[0]).toMatchObject({ outcome: 'CANCELLED' })
  })

  test('a signal that is aborted already sends nothing', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(world.client.echo(message('x'), { signal: AbortSignal.abort() }))).toMatchObject({ reason: 'CANCELLED' })
    expect(world.records).toEqual([])
  })
}

function testStreams(open: OpenPair): void {
  test('a server stream arrives in order', async () => {
    await using world = await openEcho(open)
    expect(await collect(world.client.count(message('500')))).toEqual(Array.from({ length: 500 }, (_, n) => String(n)))
    expect(world.records).toMatchObject([{ outcome: 'OK' }])
  })

  test('an error in the middle comes after what was sent', async () => {
    await using world = await openEcho(open)
    const seen: string[] = []
    const error = await failureOf((async () => {
      for await (const { text } of world.client.count(message('fail'))) seen.push(text)
    })())
    expect(error).toMatchObject({ reason: 'REVISION_NOT_FOUND' })
    expect(seen).toEqual(['0', '1'])
  })

  test('a reader that leaves ends the stream', async () => {
    await using world = await openEcho(open)
    for await (const { text } of world.client.count(message('forever'))) if (text === '3') break
    await until(() => world.records.length === 1)
    expect(world.contexts[0]?.signal.aborted).toBe(true)
    expect(world.records[0]).toMatchObject({ outcome: 'CANCELLED' })
  })

  test('the deadline ends a stream', async () => {
    await using world = await openEcho(open)
    expect(await failureOf(collect(world.client.count(message('forever'), { timeoutMs: 200 })))).toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
  })
}

function testActors(open: OpenPair): void {
  test('no token is anonymous, a good one is its actor', async () => {
    await using world = await openEcho(open)
    const token = await world.sign()
    await world.client.echo(message('x'))
    await world.client.echo(message('x'), { actorToken: token })
    expect(world.contexts.map(({ actor }) => actor)).toEqual([ANONYMOUS, USER])
    expect(world.contexts.map(({ actorToken }) => actorToken)).toEqual([undefined, token])
    expect(world.records[1]).toMatchObject({ actor: USER })
    expect(world.logged).toMatchObject([{ actor: 'anonymous', req_id: world.contexts[0]?.requestId }, { actor: 'ana' }])
  })

  test.each<[string, (world: EchoWorld) => Promise<string>]>([
    ['garbage', () => Promise.resolve('garbage')],
    ['an empty one', () => Promise.resolve('')],
    ['one with white space', () => Promise.resolve('a b')],
    ['an expired one', (world) => world.sign({ nowMs: Date.now() - 70_000 })],
    ['one of an unknown key', (world) => world.sign({ kid: 'k2' })],
    ['an altered one', async (world) => (await world.sign()).replace(/\.[^.]+\./, (claims) => `${claims.slice(0, 20)}X${claims.slice(21)}`)],
  ])('%s is UNAUTHENTICATED', async (_what, make) => {
    await using world = await openEcho(open)
    const actorToken = await make(world)
    expect(await failureOf(world.client.echo(message('x'), { actorToken }))).toMatchObject({ reason: 'UNAUTHENTICATED' })
    expect(await failureOf(collect(world.client.count(message('3'), { actorToken })))).toMatchObject({ reason: 'UNAUTHENTICATED' })
    expect(world.contexts).toEqual([])
  })
}

function testDrain(open: OpenPair): void {
  test('draining waits for running calls and refuses new ones', async () => {
    await using world = await openEcho(open)
    const running = collect(world.client.count(message('forever'), { timeoutMs: 400 })).catch((error: unknown) => error)
    await until(() => world.contexts.length === 1)
    const drained = world.pair.drain(5_000)
    expect(await failureOf(world.client.echo(message('x'), { timeoutMs: 300 }))).toMatchObject({ reason: 'UNAVAILABLE' })
    expect(await running).toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
    await drained
  })

  test('a call that outlasts the drain ends with UNAVAILABLE', async () => {
    await using world = await openEcho(open)
    const call = failureOf(world.client.hang(message('x')))
    await until(() => world.contexts.length === 1)
    await world.pair.drain(50)
    expect(await call).toMatchObject({ reason: 'UNAVAILABLE' })
  })
}

function testBounds(open: OpenPair): void {
  test('messages up to 32 MiB pass, larger ones are TOO_LARGE', async () => {
    await using world = await openEcho(open)
    // Tags and lengths: two bytes for the empty text, five for the body.
    const body = new Uint8Array(MAX_MESSAGE_BYTES - 7)
    expect((await world.client.echo(message('', body))).body.length).toBe(body.length)
    expect(await failureOf(world.client.echo(message('', new Uint8Array(MAX_MESSAGE_BYTES))))).toMatchObject({ reason: 'TOO_LARGE' })
    expect(world.records).toHaveLength(1)
  })
}
