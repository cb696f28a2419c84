export type Grpc = typeof import('@grpc/grpc-js')

/** The gRPC library, loaded at first use: a process without sockets never pays for it (18 MB, 30 to 60 ms). */
export async function loadGrpc(): Promise<Grpc> {
  const grpc = await import('@grpc/grpc-js')
  // It writes plain lines to stderr, where ours are JSON; what matters reaches us as errors.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE)
  return grpc
}
