/** Encoded size of one message, both ways; gRPC's own default. File bytes never travel here. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

/** The whole time of a call whose caller says nothing. */
export const DEFAULT_TIMEOUT_MS = 10_000

/** A server stops earlier than its caller, so that its answer still arrives. */
export function serverTimeoutMs(leftMs: number): number {
  return leftMs - Math.min(250, leftMs * 0.1)
}
