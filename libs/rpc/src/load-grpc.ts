import type * as grpc from '@grpc/grpc-js'

export type Grpc = typeof grpc

/** The gRPC library, loaded at first use: a process without sockets never pays for it (18 MB, 30 to 60 ms). */
export async function loadGrpc(): Promise<Grpc> {
  const library = await import('@grpc/grpc-js')
  // It writes plain lines to stderr, where ours are JSON; what matters reaches us as errors.
  library.setLogVerbosity(library.logVerbosity.NONE)
  return library
}
