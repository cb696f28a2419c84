export { Grpc, type GrpcCode } from './grpc-code.ts'
export { ERRORS, isErrorReason, type ErrorReason, type ErrorRow } from './error-table.ts'
export { HearthError, isHearthError, type HearthErrorOptions } from './hearth-error.ts'
