import { createRequire } from 'node:module'
import { pino, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger, type LoggerOptions as PinoOptions } from 'pino'
import { currentRequest } from './request-context.ts'
import { redactText, REDACT_PATHS } from './redact.ts'

/** What code that logs needs. The message is a constant, the data are fields (`evt`, `ms`, `err`, ids). */
export interface Logger {
  trace(fields: object, message: string): void
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  fatal(fields: object, message: string): void
  /** A logger of the same service for one subsystem. */
  named(sub: string): Logger
}

export interface LoggerOptions {
  readonly service: string
  readonly level?: string
  /** Default: stderr, one JSON object per line, readable lines on a terminal. */
  readonly stream?: DestinationStream
}

/** The service's root logger. Tokens, cookies, authorization and signed paths are masked by field name and by shape. */
export function createLogger(options: LoggerOptions): Logger {
  return wrap(pino(pinoOptions(options), options.stream ?? defaultStream()))
}

export const SILENT_LOGGER: Logger = {
  trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, named: () => SILENT_LOGGER,
}

function wrap(inner: PinoLogger<never>): Logger {
  return {
    trace: (fields, message) => inner.trace(fields, message),
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    fatal: (fields, message) => inner.fatal(fields, message),
    named: (sub) => wrap(inner.child({ sub })),
  }
}

function pinoOptions(options: LoggerOptions): PinoOptions {
  return {
    level: options.level ?? 'info',
    base: { svc: options.service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorSerializer },
    redact: { paths: [...REDACT_PATHS], censor: '***' },
    mixin: () => currentRequest() ?? {},
    hooks: { streamWrite: redactText },
  }
}

/** Class, text and stack, the reason of a HearthError, and the chain of causes. */
function errorSerializer(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const reason: unknown = Reflect.get(error, 'reason')
  const cause = error.cause === undefined ? {} : { cause: error.cause instanceof Error ? errorSerializer(error.cause) : String(error.cause) }
  const code: unknown = Reflect.get(error, 'code')
  return { type: error.name, message: error.message, stack: error.stack, ...(typeof reason === 'string' ? { reason } : {}), ...(typeof code === 'string' ? { code } : {}), ...cause }
}

function defaultStream(): DestinationStream {
  if (!process.stderr.isTTY) return pino.destination({ fd: 2, sync: true })
  const require = createRequire(import.meta.url)
  const pretty: unknown = require('pino-pretty')
  if (typeof pretty !== 'function') throw new TypeError('pino-pretty is not a function')
  return pretty({ destination: 2, sync: true, colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'svc,sub', messageFormat: '{svc}/{sub} {msg}' }) as DestinationStream
}
