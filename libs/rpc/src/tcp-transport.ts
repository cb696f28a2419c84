import type { Client, Metadata, ServiceError } from '@grpc/grpc-js'
import { createClient, type OutgoingCall, type Wire } from './client-core.ts'
import type { ServiceDefinition, Transport } from './contract.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { loadGrpc, type Grpc } from './load-grpc.ts'
import { serviceNameOf } from './served-service.ts'
import { WireFailure } from './wire-error.ts'

export interface TcpTransportOptions {
  /** "host:port", or "dns:///name:port" to spread calls over all addresses of a name. */
  readonly address: string
  /** Paths (see `readMethods`) that are repeated up to twice when the peer is unavailable: reads without effects only. */
  readonly retryable?: readonly string[]
}

export const ACTOR_HEADER = 'authorization'
export const REQUEST_ID_HEADER = 'x-request-id'
export const DETAILS_TRAILER = 'grpc-status-details-bin'
const BEARER = 'Bearer '

/** The paths of some methods of a service, e.g. for `retryable`. */
export function readMethods<D extends ServiceDefinition>(definition: D, names: readonly (keyof D)[]): string[] {
  return names.map((name) => definition[name]?.path ?? '')
}

/** Calls a peer by gRPC over one kept-alive HTTP/2 connection. Connects, and loads the gRPC library, at the first call. */
export function createTcpTransport(options: TcpTransportOptions): Transport {
  let isClosed = false
  let connection: Promise<Connection> | undefined
  const connect = (): Promise<Connection> => (connection ??= openConnection(options))
  const wire: Wire = {
    unary: async (call, request) => callUnary(await connect(), call, request),
    stream: async function* (call, request) {
      yield* callStream(await connect(), call, request)
    },
  }
  return {
    client: (definition) => createClient(definition, wire, () => isClosed),
    async [Symbol.asyncDispose]() {
      isClosed = true
      ;(await connection)?.client.close()
    },
  }
}

interface Connection {
  readonly grpc: Grpc
  readonly client: Client
}

async function openConnection(options: TcpTransportOptions): Promise<Connection> {
  const grpc = await loadGrpc()
  const client = new grpc.Client(options.address, grpc.credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify(serviceConfig(options.retryable ?? [])),
    'grpc.service_config_disable_resolution': 1,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
  })
  return { grpc, client }
}

function serviceConfig(retryable: readonly string[]): object {
  const name = retryable.map((path) => ({ service: serviceNameOf(path), method: path.split('/')[2] }))
  const retryPolicy = { maxAttempts: 3, initialBackoff: '0.05s', maxBackoff: '0.5s', backoffMultiplier: 2, retryableStatusCodes: ['UNAVAILABLE'] }
  return { loadBalancingConfig: [{ round_robin: {} }], methodConfig: name.length === 0 ? [] : [{ name, retryPolicy }] }
}

function callUnary({ grpc, client }: Connection, call: OutgoingCall, request: Buffer): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const running = client.makeUnaryRequest(call.path, asIs, asIs, request, metadataOf(grpc, call), { deadline: call.deadlineMs }, (error, answer) => {
      call.signal.removeEventListener('abort', onAbort)
      if (error === null && answer !== undefined) resolve(answer)
      else reject(failureOf(error))
    })
    const onAbort = (): void => running.cancel()
    call.signal.addEventListener('abort', onAbort, { once: true })
    if (call.signal.aborted) running.cancel()
  })
}

async function* callStream({ grpc, client }: Connection, call: OutgoingCall, request: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  const running = client.makeServerStreamRequest(call.path, asIs, asIs, request, metadataOf(grpc, call), { deadline: call.deadlineMs })
  const onAbort = (): void => running.cancel()
  call.signal.addEventListener('abort', onAbort, { once: true })
  if (call.signal.aborted) running.cancel()
  // A cancelled call emits its error after the reader has gone.
  running.on('error', () => undefined)
  try {
    for await (const message of running as AsyncIterable<Buffer>) yield message
  } catch (error) {
    throw failureOf(isServiceError(error) ? error : null)
  } finally {
    call.signal.removeEventListener('abort', onAbort)
    running.cancel()
  }
}

function metadataOf(grpc: Grpc, call: OutgoingCall): Metadata {
  const metadata = new grpc.Metadata()
  if (call.actorToken !== undefined) metadata.set(ACTOR_HEADER, `${BEARER}${call.actorToken}`)
  if (call.requestId !== undefined) metadata.set(REQUEST_ID_HEADER, call.requestId)
  return metadata
}

/** The token of an `authorization` header; undefined without one. A header of another form is a token that will not verify. */
export function actorTokenOf(header: unknown): string | undefined {
  if (typeof header !== 'string') return undefined
  return header.startsWith(BEARER) ? header.slice(BEARER.length) : header
}

function failureOf(error: ServiceError | null): WireFailure {
  const details = error?.metadata.get(DETAILS_TRAILER)[0]
  const failure = new WireFailure({
    code: error?.code ?? 13, message: error?.details ?? 'no answer', details: Buffer.isBuffer(details) ? details : undefined,
  })
  failure.cause = error
  return failure
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error
}

function asIs(bytes: Buffer): Buffer {
  return bytes
}
