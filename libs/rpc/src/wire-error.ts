import { ERRORS, Grpc, HearthError, isErrorReason, isHearthError, type ErrorReason } from '@hearth/errors'
import { decodeStatusDetails, encodeStatusDetails, type StatusDetails } from './status-codec.ts'

/** What of a failure crosses the wire: gRPC status, status message, and the trailer `grpc-status-details-bin`. */
export interface WireStatus {
  readonly code: number
  readonly message: string
  readonly details: Buffer | undefined
}

const DOMAIN = 'hearth'
const HIDDEN_MESSAGE = 'internal error'
/** Trailers share one header block of 64 KiB with everything else. */
const MAX_MESSAGE_LENGTH = 4096
const MAX_METADATA_LENGTH = 8192

/** A call's failure on its way to the caller; holds only what may be sent. */
export class WireFailure extends Error {
  readonly status: WireStatus

  constructor(status: WireStatus) {
    super(status.message)
    this.name = 'WireFailure'
    this.status = status
  }
}

/** A HearthError with its reason, message, metadata and retry delay; anything else as INTERNAL without a word of its own. */
export function encodeError(error: unknown): WireStatus {
  if (!isHearthError(error)) return encodeError(new HearthError('INTERNAL', HIDDEN_MESSAGE))
  const code = ERRORS[error.reason].grpc
  const message = error.message.slice(0, MAX_MESSAGE_LENGTH)
  const errorInfo = { reason: error.reason, domain: DOMAIN, metadata: boundMetadata(error.metadata) }
  return { code, message, details: encodeStatusDetails({ code, message, errorInfo, retryAfterMs: error.retryAfterMs }) }
}

/** The HearthError that a status stands for; without our details, what the gRPC status alone says. */
export function decodeError(status: WireStatus, cause?: unknown): HearthError {
  const details = readDetails(status.details)
  const info = details?.errorInfo
  if (details === undefined || info?.domain !== DOMAIN) return decodeForeign(status, cause)
  const reason = isErrorReason(info.reason) ? info.reason : REASON_BY_CODE[status.code] ?? 'INTERNAL'
  const retry = details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }
  return new HearthError(reason, details.message, { metadata: info.metadata, ...retry })
}

/** Statuses that a library or a newer peer made. */
const REASON_BY_CODE: Readonly<Record<number, ErrorReason>> = {
  [Grpc.CANCELLED]: 'CANCELLED',
  [Grpc.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [Grpc.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [Grpc.NOT_FOUND]: 'NOT_FOUND',
  [Grpc.ALREADY_EXISTS]: 'CONFLICT',
  [Grpc.PERMISSION_DENIED]: 'FORBIDDEN',
  [Grpc.RESOURCE_EXHAUSTED]: 'QUOTA_EXCEEDED',
  [Grpc.ABORTED]: 'CONFLICT',
  [Grpc.UNIMPLEMENTED]: 'NOT_IMPLEMENTED',
  [Grpc.UNAVAILABLE]: 'UNAVAILABLE',
  [Grpc.UNAUTHENTICATED]: 'UNAUTHENTICATED',
}

/** Their messages name hosts and sockets: never shown, kept as the cause. */
const FOREIGN: Readonly<Record<number, readonly [ErrorReason, string]>> = {
  [Grpc.CANCELLED]: ['CANCELLED', 'the call was cancelled'],
  [Grpc.DEADLINE_EXCEEDED]: ['DEADLINE_EXCEEDED', 'the call took too long'],
  [Grpc.UNIMPLEMENTED]: ['NOT_IMPLEMENTED', 'this server does not know the method'],
  [Grpc.UNAVAILABLE]: ['UNAVAILABLE', 'a service that this needs is not reachable'],
  [Grpc.UNAUTHENTICATED]: ['UNAUTHENTICATED', 'the call was not authenticated'],
}

function decodeForeign(status: WireStatus, cause: unknown): HearthError {
  const [reason, message] = FOREIGN[status.code] ?? ['INTERNAL', HIDDEN_MESSAGE]
  return new HearthError(reason, message, { cause: cause ?? new Error(`gRPC status ${status.code}: ${status.message}`) })
}

function readDetails(bytes: Buffer | undefined): StatusDetails | undefined {
  if (bytes === undefined) return undefined
  try {
    return decodeStatusDetails(bytes)
  } catch {
    return undefined
  }
}

function boundMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let length = 0
  return Object.fromEntries(Object.entries(metadata).filter(([key, value]) => {
    length += key.length + value.length
    return length <= MAX_METADATA_LENGTH
  }))
}
