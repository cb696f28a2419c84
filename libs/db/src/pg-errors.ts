import { HearthError } from '@hearth/errors'
import { codeOf, messageOf } from './node-errors.ts'

/** SQLSTATE 08xxx, shutdown and start-up states, too many connections, and what the socket says. */
const LOST = /^(?:08...|57P0[1-3]|53300|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)$/
/** pg throws these without a code. */
const LOST_TEXT = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/
const STATEMENT_TIMEOUT = '57014'
const LOCK_TIMEOUT = '55P03'
const DISK_FULL = '53100'
const RETRYABLE = new Set(['40001', '40P01'])

/** A HearthError for what the database could not do for reasons outside the statement; everything else as it is. */
export function mapPgError(error: unknown): unknown {
  const code = codeOf(error) ?? ''
  if (LOST.test(code) || LOST_TEXT.test(messageOf(error))) {
    return new HearthError('UNAVAILABLE', 'the database cannot be reached right now', { cause: error, retryAfterMs: 1_000 })
  }
  if (code === STATEMENT_TIMEOUT || code === LOCK_TIMEOUT) {
    return new HearthError('DEADLINE_EXCEEDED', 'the database took too long', { cause: error, retryAfterMs: 1_000 })
  }
  if (code === DISK_FULL) return new HearthError('DISK_FULL', 'the database has no space left', { cause: error })
  return error
}

/** Serialization failure or deadlock: the same transaction may succeed when run again. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error) ?? '')
}

/** True for a violated unique constraint; with `constraint`, only for that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, '23505', constraint)
}

/** True for a violated foreign key; with `constraint`, only for that one. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, '23503', constraint)
}

function isViolation(error: unknown, code: string, constraint: string | undefined): boolean {
  if (codeOf(error) !== code) return false
  return constraint === undefined || (typeof error === 'object' && error !== null && Reflect.get(error, 'constraint') === constraint)
}
