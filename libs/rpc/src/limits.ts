/** Encoded size of one message, both ways: 25,000 operations of a commit with long paths. File bytes never travel here. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024

/** The whole time of a call whose caller says nothing. */
export const DEFAULT_TIMEOUT_MS = 10_000

/** A server stops earlier than its caller, so that its answer still arrives. */
export function serverTimeoutMs(leftMs: number): number {
  return leftMs - Math.min(250, leftMs * 0.1)
}
