import { HearthError } from '@hearth/errors'

/** A full disk or quota becomes DISK_FULL; everything else stays what it is. */
export function asDiskError(cause: unknown): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(cause) : cause
}

export function diskFull(cause?: unknown): HearthError {
  return new HearthError('DISK_FULL', 'the hub has no disk space left: ask its operator to free some, then try again', { cause })
}
