import { randomUUID } from 'node:crypto'
import { ANONYMOUS, type Actor } from '@hearth/authz'
import { HearthError, isHearthError, type ErrorReason } from '@hearth/errors'
import type { ActorVerifier } from './actor-token.ts'
import { CallScope } from './call-scope.ts'
import type { CallContext } from './contract.ts'
import { DEFAULT_TIMEOUT_MS, MAX_MESSAGE_BYTES, serverTimeoutMs } from './limits.ts'
import type { AnyMethod, ServedMethod, ServedService } from './served-service.ts'
import { encodeError, WireFailure } from './wire-error.ts'

/** One line of the access log, at the call's end. */
export interface CallRecord {
  readonly path: string
  readonly requestId: string
  readonly actor: Actor
  readonly outcome: 'OK' | ErrorReason
  readonly durationMs: number
  /** What was thrown; log it only when the outcome is INTERNAL. Never sent to the caller. */
  readonly error: unknown
}

export interface RpcServerOptions {
  readonly verifyActor: ActorVerifier
  readonly onCall?: ((record: CallRecord) => void) | undefined
}

/** A call as a transport hands it over. */
export interface IncomingCall {
  readonly path: string
  readonly actorToken: string | undefined
  readonly requestId: string | undefined
  /** Unix milliseconds; undefined or infinite: the default. */
  readonly deadlineMs: number | undefined
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
}

const REQUEST_ID = /^[\w.:+/=-]{1,128}$/

/** The server half that is the same on every transport: finds the method, proves the actor, keeps the time, hides the causes, drains. */
export class ServerCore {
  readonly #methods = new Map<string, ServedMethod>()
  readonly #running = new Set<CallScope>()
  readonly #options: RpcServerOptions
  #isDraining = false
  #onIdle: (() => void) | undefined

  constructor(options: RpcServerOptions) {
    this.#options = options
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  mount(service: ServedService): void {
    for (const method of service.methods) {
      if (this.#methods.has(method.definition.path)) throw new Error(`${method.definition.path} is served already`)
      this.#methods.set(method.definition.path, method)
    }
  }

  /** The encoded answer; rejects with a WireFailure and nothing else. */
  async unary(call: IncomingCall, request: Uint8Array): Promise<Buffer> {
    const running = new RunningCall(call, this.#options)
    this.#running.add(running.scope)
    let work: Promise<unknown> = Promise.resolve()
    try {
      const { method, ctx, message } = await this.#begin(call, running, request)
      work = Promise.resolve(method.run(message, ctx))
      const answer = encodeMessage(method.definition, await running.scope.race(work))
      running.end()
      return answer
    } catch (error) {
      throw running.fail(error)
    } finally {
      void this.#release(running, work)
    }
  }

  /** The encoded answers; throws a WireFailure and nothing else. Returning early aborts the handler's signal. */
  async* stream(call: IncomingCall, request: Uint8Array): AsyncGenerator<Buffer, void, undefined> {
    const running = new RunningCall(call, this.#options)
    this.#running.add(running.scope)
    let iterator: AsyncIterator<unknown> | undefined
    try {
      const { method, ctx, message } = await this.#begin(call, running, request)
      const messages = method.run(message, ctx)
      if (messages instanceof Promise) throw new Error(`${call.path}: the handler of a stream returned a promise`)
      iterator = messages[Symbol.asyncIterator]()
      for (;;) {
        const step = await running.scope.race(iterator.next())
        if (step.done === true) break
        yield encodeMessage(method.definition, step.value)
      }
      running.end()
    } catch (error) {
      throw running.fail(error)
    } finally {
      running.leave()
      void this.#release(running, Promise.resolve(iterator?.return?.()))
    }
  }

  /** Refuses new calls, waits for the running ones; those that outlast `timeoutMs` end with UNAVAILABLE. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true
    if (this.#running.size === 0) return
    const { promise: idle, resolve: onIdle } = Promise.withResolvers<void>()
    this.#onIdle = onIdle
    const timer = setTimeout(onIdle, timeoutMs)
    await idle
    clearTimeout(timer)
    for (const scope of this.#running) scope.abort(new HearthError('UNAVAILABLE', 'the server is shutting down', { retryAfterMs: 1000 }))
  }

  async #begin(call: IncomingCall, running: RunningCall, request: Uint8Array): Promise<{ method: ServedMethod; ctx: CallContext; message: unknown }> {
    if (this.#isDraining) throw new HearthError('UNAVAILABLE', 'the server is shutting down', { retryAfterMs: 1000 })
    const method = this.#methods.get(call.path)
    if (method === undefined) throw new HearthError('NOT_IMPLEMENTED', 'this server does not know the method')
    if (request.length > MAX_MESSAGE_BYTES) throw tooLarge(request.length)
    if (call.actorToken !== undefined) running.actor = await running.scope.race(this.#options.verifyActor(call.actorToken))
    return { method, ctx: running.context(call.actorToken), message: decodeMessage(method.definition, request) }
  }

  /** A handler that does not watch its signal still counts as running until it ends. */
  async #release(running: RunningCall, work: Promise<unknown>): Promise<void> {
    await work.catch(() => undefined)
    running.scope[Symbol.dispose]()
    this.#running.delete(running.scope)
    if (this.#running.size === 0) this.#onIdle?.()
  }
}

class RunningCall {
  readonly scope: CallScope
  actor: Actor = ANONYMOUS
  readonly #path: string
  readonly #requestId: string
  readonly #deadlineMs: number
  readonly #startMs = performance.now()
  readonly #onCall: RpcServerOptions['onCall']
  #isRecorded = false

  constructor(call: IncomingCall, options: RpcServerOptions) {
    const given = call.deadlineMs ?? Number.POSITIVE_INFINITY
    const timeoutMs = serverTimeoutMs(Number.isFinite(given) ? given - Date.now() : DEFAULT_TIMEOUT_MS)
    this.scope = new CallScope(timeoutMs, call.signal)
    this.#deadlineMs = Date.now() + timeoutMs
    this.#path = call.path
    this.#requestId = call.requestId !== undefined && REQUEST_ID.test(call.requestId) ? call.requestId : randomUUID()
    this.#onCall = options.onCall
  }

  context(actorToken: string | undefined): CallContext {
    return { actor: this.actor, actorToken, requestId: this.#requestId, signal: this.scope.signal, deadlineMs: this.#deadlineMs }
  }

  end(): void {
    this.#record('OK', undefined)
  }

  fail(thrown: unknown): WireFailure {
    const error = this.scope.explain(thrown)
    this.#record(isHearthError(error) ? error.reason : 'INTERNAL', error)
    return new WireFailure(encodeError(error))
  }

  /** The caller stopped reading, unless the call has ended already. */
  leave(): void {
    if (this.#isRecorded) return
    this.scope.abort(new HearthError('CANCELLED', 'the call was cancelled'))
    this.#record('CANCELLED', undefined)
  }

  #record(outcome: CallRecord['outcome'], error: unknown): void {
    this.#isRecorded = true
    const durationMs = performance.now() - this.#startMs
    this.#onCall?.({ path: this.#path, requestId: this.#requestId, actor: this.actor, outcome, durationMs, error })
  }
}

function decodeMessage(method: AnyMethod, bytes: Uint8Array): unknown {
  try {
    return method.requestDeserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    throw new HearthError('INVALID_ARGUMENT', 'the request message cannot be decoded', { cause: error })
  }
}

/** A message that cannot be encoded or is too large is the handler's bug: INTERNAL. */
function encodeMessage(method: AnyMethod, message: unknown): Buffer {
  const bytes = method.responseSerialize(message)
  if (bytes.length > MAX_MESSAGE_BYTES) throw new Error(`${method.path}: an answer of ${bytes.length} bytes is above the bound of ${MAX_MESSAGE_BYTES}`)
  return bytes
}

export function tooLarge(sizeBytes: number): HearthError {
  return new HearthError('TOO_LARGE', `a message of ${sizeBytes} bytes is above the bound of ${MAX_MESSAGE_BYTES}`)
}
