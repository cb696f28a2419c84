import { HearthError } from '@hearth/errors'
import { CallScope } from './call-scope.ts'
import type { CallOptions, ServiceClient, ServiceDefinition } from './contract.ts'
import { DEFAULT_TIMEOUT_MS, MAX_MESSAGE_BYTES } from './limits.ts'
import type { AnyMethod } from './served-service.ts'
import { tooLarge } from './server-core.ts'
import { decodeError, WireFailure } from './wire-error.ts'

/** A call as the client half hands it to a transport. */
export interface OutgoingCall {
  readonly path: string
  readonly actorToken: string | undefined
  readonly requestId: string | undefined
  /** Unix milliseconds. */
  readonly deadlineMs: number
  /** Aborts when the answer is no longer wanted. */
  readonly signal: AbortSignal
}

/** Moves encoded messages; fails with a WireFailure. */
export interface Wire {
  unary(call: OutgoingCall, request: Buffer): Promise<Uint8Array>
  stream(call: OutgoingCall, request: Buffer): AsyncIterable<Uint8Array>
}

const HEADER_SAFE = /^[\x21-\x7e]{1,65536}$/

/** The client half that is the same on every transport: deadline, cancellation, size bound, typed errors. A closed one refuses new calls. */
export function createClient<D extends ServiceDefinition>(definition: D, openWire: Wire, isClosed: () => boolean): ServiceClient<D> {
  const wire: Wire = {
    unary: (call, request) => isClosed() ? Promise.reject(closed()) : openWire.unary(call, request),
    stream: (call, request) => {
      if (isClosed()) throw closed()
      return openWire.stream(call, request)
    },
  }
  const methods = Object.entries<AnyMethod>(definition).map(([key, method]) => [key, method.responseStream
    ? (request: unknown, options?: CallOptions) => callStream(method, wire, request, options)
    : (request: unknown, options?: CallOptions) => callUnary(method, wire, request, options)])
  // The mapped type follows from the definition entry by entry; TypeScript cannot see that through Object.fromEntries.
  return Object.fromEntries(methods) as ServiceClient<D>
}

function closed(): HearthError {
  return new HearthError('UNAVAILABLE', 'the transport is closed')
}

async function callUnary(method: AnyMethod, wire: Wire, request: unknown, options: CallOptions = {}): Promise<unknown> {
  using scope = new CallScope(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal)
  try {
    const work = wire.unary(outgoing(method, scope, options), encodeRequest(method, request))
    return decodeResponse(method, await scope.race(work))
  } catch (error) {
    throw toCallerError(error, scope)
  }
}

async function* callStream(method: AnyMethod, wire: Wire, request: unknown, options: CallOptions = {}): AsyncGenerator<unknown, void, undefined> {
  using scope = new CallScope(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal)
  let iterator: AsyncIterator<Uint8Array> | undefined
  try {
    iterator = wire.stream(outgoing(method, scope, options), encodeRequest(method, request))[Symbol.asyncIterator]()
    for (;;) {
      const step = await scope.race(iterator.next())
      if (step.done === true) return
      yield decodeResponse(method, step.value)
    }
  } catch (error) {
    throw toCallerError(error, scope)
  } finally {
    scope.abort(new HearthError('CANCELLED', 'the call was cancelled'))
    void Promise.resolve(iterator?.return?.()).catch(() => undefined)
  }
}

function outgoing(method: AnyMethod, scope: CallScope, options: CallOptions): OutgoingCall {
  scope.signal.throwIfAborted()
  if (options.actorToken !== undefined && !HEADER_SAFE.test(options.actorToken)) throw new HearthError('UNAUTHENTICATED', 'the actor token is not valid')
  const requestId = options.requestId !== undefined && HEADER_SAFE.test(options.requestId) ? options.requestId : undefined
  const deadlineMs = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  return { path: method.path, actorToken: options.actorToken, requestId, deadlineMs, signal: scope.signal }
}

/** A message that cannot be encoded is the caller's bug: INTERNAL, before anything is sent. */
function encodeRequest(method: AnyMethod, request: unknown): Buffer {
  const bytes = method.requestSerialize(request)
  if (bytes.length > MAX_MESSAGE_BYTES) throw tooLarge(bytes.length)
  return bytes
}

function decodeResponse(method: AnyMethod, bytes: Uint8Array): unknown {
  return method.responseDeserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

function toCallerError(thrown: unknown, scope: CallScope): unknown {
  if (thrown instanceof WireFailure) return decodeError(thrown.status, thrown.cause)
  const error = scope.explain(thrown)
  return error instanceof HearthError ? error : new HearthError('INTERNAL', 'internal error', { cause: error })
}
