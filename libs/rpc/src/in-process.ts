import { createClient, type Wire } from './client-core.ts'
import type { Transport } from './contract.ts'
import type { ServedService } from './served-service.ts'
import { ServerCore, type RpcServerOptions } from './server-core.ts'

/** A server that its own process calls; same rules as the gRPC one, no socket. */
export interface InProcessServer extends AsyncDisposable {
  /** May be called at any time: services that need others are started, then mounted. */
  mount(...services: readonly ServedService[]): void
  drain(timeoutMs: number): Promise<void>
  readonly wire: Wire
}

export interface InProcessServerOptions extends RpcServerOptions {
  readonly services?: readonly ServedService[]
}

/** Disposing it refuses new calls and aborts the running ones; `drain` first to let them end. */
export function createInProcessServer(options: InProcessServerOptions): InProcessServer {
  const core = new ServerCore(options)
  const mount = (...services: readonly ServedService[]): void => services.forEach((service) => core.mount(service))
  mount(...options.services ?? [])
  return {
    mount,
    drain: (timeoutMs) => core.drain(timeoutMs),
    wire: {
      unary: (call, request) => core.unary(call, request),
      stream: (call, request) => core.stream(call, request),
    },
    [Symbol.asyncDispose]: () => core.drain(0),
  }
}

/**
 * Calls a server in this process. Messages are encoded and decoded as on a socket: caller and handler never share a
 * mutable object, and what cannot be encoded fails here too.
 */
export function createInProcessTransport(server: Pick<InProcessServer, 'wire'>): Transport {
  let isClosed = false
  return {
    client: (definition) => createClient(definition, server.wire, () => isClosed),
    [Symbol.asyncDispose]: () => {
      isClosed = true
      return Promise.resolve()
    },
  }
}
