import type { sendUnaryData, Server, ServerUnaryCall, ServerWritableStream, ServiceDefinition as GrpcServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { serveHealth } from './health.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { loadGrpc, type Grpc } from './load-grpc.ts'
import type { ServedService } from './served-service.ts'
import { ServerCore, type IncomingCall, type RpcServerOptions } from './server-core.ts'
import { ACTOR_HEADER, actorTokenOf, DETAILS_TRAILER, REQUEST_ID_HEADER } from './tcp-transport.ts'
import { encodeError, WireFailure } from './wire-error.ts'

export interface GrpcServerOptions extends RpcServerOptions {
  readonly services: readonly ServedService[]
  /** "host:port"; port 0 for any free one. */
  readonly address: string
  /** What the health service says besides "not draining". */
  readonly isReady?: () => boolean
  /** How long disposing waits for running calls. Default 10,000. */
  readonly drainTimeoutMs?: number
}

export interface GrpcServer extends AsyncDisposable {
  /** "host:port" with the real port. */
  readonly address: string
  drain(timeoutMs: number): Promise<void>
}

/** Serves over TCP and tells its health (grpc.health.v1). Rejects when the address cannot be had. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const grpc = await loadGrpc()
  const core = new ServerCore(options)
  const names = options.services.map((service) => service.name)
  const health = serveHealth(() => names, () => !core.isDraining && (options.isReady?.() ?? true))
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
  })
  for (const service of [...options.services, health]) {
    core.mount(service)
    server.addService(definitionOf(service), implementationOf(grpc, core, service))
  }
  const port = await bind(grpc, server, options.address)
  const address = options.address.replace(/:\d+$/, `:${port}`)
  const drain = async (timeoutMs: number): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
    await core.drain(timeoutMs)
    // The last answers are on their way; a peer that keeps its connection open must not hold us.
    const timer = setTimeout(() => server.forceShutdown(), 500)
    await closed
    clearTimeout(timer)
  }
  return { address, drain, [Symbol.asyncDispose]: () => drain(options.drainTimeoutMs ?? 10_000) }
}

function bind(grpc: Grpc, server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => (error === null ? resolve(port) : reject(error)))
  })
}

/** The core encodes and decodes, so that both transports do it alike; here bytes pass as they are. */
function definitionOf(service: ServedService): GrpcServiceDefinition {
  return Object.fromEntries(service.methods.map(({ definition }) => [definition.path, {
    path: definition.path, requestStream: false, responseStream: definition.responseStream,
    requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs,
  }]))
}

function implementationOf(grpc: Grpc, core: ServerCore, service: ServedService): UntypedServiceImplementation {
  const handlers: UntypedServiceImplementation = {}
  for (const { definition } of service.methods) {
    handlers[definition.path] = definition.responseStream
      ? (call: ServerWritableStream<Buffer, Buffer>) => void answerStream(grpc, core, definition.path, call)
      : (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => void answerUnary(grpc, core, { path: definition.path, call, done })
  }
  return handlers
}

interface UnaryAnswer {
  readonly path: string
  readonly call: ServerUnaryCall<Buffer, Buffer>
  readonly done: sendUnaryData<Buffer>
}

async function answerUnary(grpc: Grpc, core: ServerCore, { path, call, done }: UnaryAnswer): Promise<void> {
  try {
    done(null, await core.unary(incoming(path, call), call.request))
  } catch (error) {
    done(toGrpcError(grpc, error))
  }
}

async function answerStream(grpc: Grpc, core: ServerCore, path: string, call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  const description = incoming(path, call)
  try {
    for await (const bytes of core.stream(description, call.request)) {
      if (description.signal.aborted) break
      if (!call.write(bytes)) await drained(call, description.signal)
    }
    call.end()
  } catch (error) {
    call.emit('error', toGrpcError(grpc, error))
  }
}

function drained(call: ServerWritableStream<Buffer, Buffer>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      call.removeListener('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

function incoming(path: string, call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>): IncomingCall {
  const gone = new AbortController()
  call.on('cancelled', () => gone.abort(new Error('the caller has gone')))
  if (call.cancelled) gone.abort(new Error('the caller has gone'))
  const requestId = call.metadata.get(REQUEST_ID_HEADER)[0]
  return {
    path, actorToken: actorTokenOf(call.metadata.get(ACTOR_HEADER)[0]), requestId: typeof requestId === 'string' ? requestId : undefined,
    deadlineMs: Number(call.getDeadline()), signal: gone.signal,
  }
}

function toGrpcError(grpc: Grpc, error: unknown): WireStatusError {
  const status = error instanceof WireFailure ? error.status : encodeError(error)
  const metadata = new grpc.Metadata()
  if (status.details !== undefined) metadata.set(DETAILS_TRAILER, status.details)
  return Object.assign(new Error(status.message), { code: status.code, details: status.message, metadata })
}

type WireStatusError = Error & { code: number; details: string; metadata: InstanceType<Grpc['Metadata']> }

function asIs(bytes: Buffer): Buffer {
  return bytes
}

