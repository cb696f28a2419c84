/** The part of a pino logger that this library uses; any logger of that shape fits. */
export interface DbLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const SILENT_LOG: DbLog = { debug() {}, info() {}, warn() {}, error() {} }
