import { Grpc, type GrpcCode } from './grpc-code.ts'

/** The HTTP half of a reason: status, and the value of X-Error-Code that the official clients map to an exception. */
export interface ErrorRow {
  readonly grpc: GrpcCode
  readonly http: number
  readonly hf: string | undefined
}

/**
 * Every failure that a caller can act on, one row each: the only place where a reason meets a gRPC status, an HTTP
 * status and the Hub's error code. Anything thrown that is not a HearthError is a bug and becomes INTERNAL.
 */
export const ERRORS = {
  UNAUTHENTICATED:        { grpc: Grpc.UNAUTHENTICATED,     http: 401, hf: undefined },
  INVALID_CREDENTIALS:    { grpc: Grpc.UNAUTHENTICATED,     http: 401, hf: undefined },
  FORBIDDEN:              { grpc: Grpc.PERMISSION_DENIED,   http: 403, hf: undefined },
  REPO_NOT_FOUND:         { grpc: Grpc.NOT_FOUND,           http: 404, hf: 'RepoNotFound' },
  GATED_REPO:             { grpc: Grpc.PERMISSION_DENIED,   http: 403, hf: 'GatedRepo' },
  DISABLED_REPO:          { grpc: Grpc.PERMISSION_DENIED,   http: 403, hf: undefined },
  REVISION_NOT_FOUND:     { grpc: Grpc.NOT_FOUND,           http: 404, hf: 'RevisionNotFound' },
  ENTRY_NOT_FOUND:        { grpc: Grpc.NOT_FOUND,           http: 404, hf: 'EntryNotFound' },
  NOT_FOUND:              { grpc: Grpc.NOT_FOUND,           http: 404, hf: undefined },
  NAMESPACE_NOT_FOUND:    { grpc: Grpc.NOT_FOUND,           http: 404, hf: undefined },
  LFS_OBJECT_MISSING:     { grpc: Grpc.FAILED_PRECONDITION, http: 422, hf: undefined },
  INVALID_ARGUMENT:       { grpc: Grpc.INVALID_ARGUMENT,    http: 400, hf: undefined },
  INVALID_PATH:           { grpc: Grpc.INVALID_ARGUMENT,    http: 422, hf: undefined },
  INVALID_CARD:           { grpc: Grpc.INVALID_ARGUMENT,    http: 400, hf: undefined },
  DIGEST_MISMATCH:        { grpc: Grpc.INVALID_ARGUMENT,    http: 400, hf: undefined },
  LENGTH_REQUIRED:        { grpc: Grpc.INVALID_ARGUMENT,    http: 411, hf: undefined },
  TOO_LARGE:              { grpc: Grpc.INVALID_ARGUMENT,    http: 413, hf: undefined },
  UNSUPPORTED_MEDIA_TYPE: { grpc: Grpc.INVALID_ARGUMENT,    http: 415, hf: undefined },
  RANGE_NOT_SATISFIABLE:  { grpc: Grpc.OUT_OF_RANGE,        http: 416, hf: undefined },
  REPO_EXISTS:            { grpc: Grpc.ALREADY_EXISTS,      http: 409, hf: undefined },
  ALREADY_EXISTS:         { grpc: Grpc.ALREADY_EXISTS,      http: 409, hf: undefined },
  IN_USE:                 { grpc: Grpc.FAILED_PRECONDITION, http: 409, hf: undefined },
  REF_EXISTS:             { grpc: Grpc.ALREADY_EXISTS,      http: 409, hf: undefined },
  CONFLICT:               { grpc: Grpc.ABORTED,             http: 409, hf: undefined },
  PARENT_MOVED:           { grpc: Grpc.ABORTED,             http: 412, hf: undefined },
  LINK_EXPIRED:           { grpc: Grpc.PERMISSION_DENIED,   http: 403, hf: undefined },
  METHOD_NOT_ALLOWED:     { grpc: Grpc.UNIMPLEMENTED,       http: 405, hf: undefined },
  HOST_NOT_ALLOWED:       { grpc: Grpc.INVALID_ARGUMENT,    http: 421, hf: undefined },
  QUOTA_EXCEEDED:         { grpc: Grpc.RESOURCE_EXHAUSTED,  http: 429, hf: undefined },
  DISK_FULL:              { grpc: Grpc.RESOURCE_EXHAUSTED,  http: 507, hf: undefined },
  NOT_IMPLEMENTED:        { grpc: Grpc.UNIMPLEMENTED,       http: 501, hf: undefined },
  DEADLINE_EXCEEDED:      { grpc: Grpc.DEADLINE_EXCEEDED,   http: 504, hf: undefined },
  CANCELLED:              { grpc: Grpc.CANCELLED,           http: 499, hf: undefined },
  UNAVAILABLE:            { grpc: Grpc.UNAVAILABLE,         http: 503, hf: undefined },
  INTERNAL:               { grpc: Grpc.INTERNAL,            http: 500, hf: undefined },
} as const satisfies Record<string, ErrorRow>

export type ErrorReason = keyof typeof ERRORS

export function isErrorReason(text: string): text is ErrorReason {
  return Object.hasOwn(ERRORS, text)
}
