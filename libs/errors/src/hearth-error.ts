import { ERRORS, type ErrorReason, type ErrorRow } from './error-table.ts'

export interface HearthErrorOptions {
  readonly cause?: unknown
  /** When the caller may try again, in milliseconds. */
  readonly retryAfterMs?: number
  /** Small facts for the caller (never secrets), e.g. `{ sha }`, `{ path }`, `{ repo }`. */
  readonly metadata?: Readonly<Record<string, string>>
}

const BRAND = Symbol.for('hearth.error')

/** A failure that the caller can act on. `message` is public: it says what is wrong and what to do. */
export class HearthError extends Error {
  readonly [BRAND] = true
  readonly reason: ErrorReason
  readonly retryAfterMs: number | undefined
  readonly metadata: Readonly<Record<string, string>>

  constructor(reason: ErrorReason, publicMessage: string, options: HearthErrorOptions = {}) {
    super(publicMessage, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HearthError'
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs
    this.metadata = options.metadata ?? {}
  }

  get row(): ErrorRow {
    return ERRORS[this.reason]
  }
}

/** True for a HearthError, also one from another copy of this package; with `reason`, only for that one. */
export function isHearthError(error: unknown, reason?: ErrorReason): error is HearthError {
  const branded = typeof error === 'object' && error !== null && BRAND in error
  return branded && (reason === undefined || (error as HearthError).reason === reason)
}
