import { webPrefixOf, type RepoKind } from '@hearth/hf-api'
import { ERRORS, HearthError, isHearthError, type ErrorReason } from '@hearth/errors'

export const BAD_CREDENTIALS = 'Invalid credentials in Authorization header'
const DISABLED = 'Access to this resource is disabled.'
const GIT_CREDENTIALS = `${BAD_CREDENTIALS}: use an access token as the password`

/** How the world sees a failure. */
export interface PublicError {
  readonly reason: ErrorReason
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ErrorSituation {
  readonly isAnonymous: boolean
  /** A git or git-lfs path: their clients need a challenge to ask for a password. */
  readonly isGit: boolean
  /** `http://host:port` as the client sees it. */
  readonly origin: string
}

/** Anonymous callers are asked to log in where others are refused: the official clients tell the cases apart by X-Error-Code. */
const ASKS_FOR_LOGIN: ReadonlySet<ErrorReason> = new Set<ErrorReason>(['REPO_NOT_FOUND', 'GATED_REPO', 'FORBIDDEN'])

/** Pure: status, headers and message of a failure; anything that is not a HearthError is INTERNAL and says nothing of its cause. */
export function toPublicError(error: unknown, situation: ErrorSituation): PublicError {
  const known = isHearthError(error) ? error : new HearthError('INTERNAL', 'Internal error')
  const { reason } = known
  const status = situation.isAnonymous && ASKS_FOR_LOGIN.has(reason) ? 401 : ERRORS[reason].http
  const message = cleanMessage(messageOf(known, situation))
  return { reason, status, message, headers: headersOf(known, { status, message, situation }) }
}

const KINDS: Readonly<Record<string, RepoKind>> = { model: 'models', dataset: 'datasets', space: 'spaces' }

/** Where a caller who is kept out by a gate can ask for access; undefined for every other failure. */
export function accessUrlOf(error: HearthError, origin: string): string | undefined {
  const { gate, repo, repoType = '' } = error.metadata
  const kind = Object.hasOwn(KINDS, repoType) ? KINDS[repoType] : undefined
  return error.reason === 'GATED_REPO' && gate === 'ask' && repo !== undefined && kind !== undefined ? `${origin}/${webPrefixOf(kind)}${repo}` : undefined
}

function gatedMessage(error: HearthError, origin: string): string {
  const url = accessUrlOf(error, origin)
  return url === undefined ? error.message : error.message.replace('the page of the repository', url)
}

function messageOf(error: HearthError, { isGit, origin }: ErrorSituation): string {
  switch (error.reason) {
    case 'GATED_REPO': return gatedMessage(error, origin)
    case 'INTERNAL': return 'Internal error'
    case 'DISABLED_REPO': return DISABLED
    case 'INVALID_CREDENTIALS': return isGit ? GIT_CREDENTIALS : BAD_CREDENTIALS
    default: return error.message
  }
}

interface HeaderInput {
  readonly status: number
  readonly message: string
  readonly situation: ErrorSituation
}

function headersOf(error: HearthError, { status, message, situation }: HeaderInput): Record<string, string> {
  const headers: Record<string, string> = { 'x-error-message': toHeaderValue(message) }
  const code = ERRORS[error.reason].hf
  if (code !== undefined) headers['x-error-code'] = code
  const sha = error.metadata['sha']
  if (sha !== undefined && /^[0-9a-f]{40}$/.test(sha)) headers['x-repo-commit'] = sha
  if (status === 401 && situation.isGit) headers['www-authenticate'] = 'Basic realm="Hearth", charset="UTF-8"'
  if (error.retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)))
  return headers
}

const MAX_MESSAGE_CHARS = 2000

function cleanMessage(message: string): string {
  const clean = message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
  return clean.length > MAX_MESSAGE_CHARS ? `${clean.slice(0, MAX_MESSAGE_CHARS)}...` : clean
}

function toHeaderValue(message: string): string {
  return message.replace(/[^\x20-\x7e]/gu, '?').slice(0, 1000)
}
