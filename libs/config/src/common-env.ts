import { resolve } from 'node:path'
import { z } from 'zod'
import { httpUrl, isAddressRange, isHostName, listOf, wholeNumber } from './env-types.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The environment variables that every composition understands. */
export const CommonEnv = z.object({
  HEARTH_HOST: z.string().refine(isHostName, 'must be a host name or an address').default('127.0.0.1'),
  HEARTH_PORT: wholeNumber(0, 65_535).default(8080),
  HEARTH_DATA_DIR: z.string().default('./.hearth'),
  HEARTH_PUBLIC_URL: httpUrl().optional(),
  HEARTH_ALLOWED_HOSTS: listOf('host names', isHostName).default([]),
  HEARTH_CONTENT_HOST: z.string().refine(isHostName, 'must be a host name').optional(),
  HEARTH_TRUSTED_PROXIES: listOf('addresses or address/prefix ranges', isAddressRange).default([]),
  HEARTH_BOOTSTRAP_FILE: z.string().optional(),
  HEARTH_DATABASE_URL: z.string().regex(/^postgres(?:ql)?:\/\//, 'must be a postgres:// URL').optional(),
  HEARTH_NATS_URL: z.string().optional(),
  HEARTH_DATA_PLANE: z.enum(['redirect', 'proxy']).default('redirect'),
  HEARTH_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})

/** The same, as the program passes it around. */
export interface CommonConfig {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Absolute. */
  readonly dataDir: string
  /** For webhooks, mail and jobs only; answers are built from the request's own host. */
  readonly publicUrl: string | undefined
  /** Empty = every host is answered. */
  readonly allowedHosts: readonly string[]
  readonly contentHost: string | undefined
  /** Addresses or CIDR ranges whose X-Forwarded-* headers count. */
  readonly trustedProxies: readonly string[]
  readonly bootstrapFile: string | undefined
  readonly databaseUrl: string | undefined
  readonly natsUrl: string | undefined
  readonly dataPlane: 'redirect' | 'proxy'
  readonly logLevel: LogLevel
}

export function toCommonConfig(env: z.output<typeof CommonEnv>): CommonConfig {
  return Object.freeze({
    host: env.HEARTH_HOST,
    port: env.HEARTH_PORT,
    dataDir: resolve(env.HEARTH_DATA_DIR),
    publicUrl: env.HEARTH_PUBLIC_URL,
    allowedHosts: env.HEARTH_ALLOWED_HOSTS,
    contentHost: env.HEARTH_CONTENT_HOST,
    trustedProxies: env.HEARTH_TRUSTED_PROXIES,
    bootstrapFile: env.HEARTH_BOOTSTRAP_FILE === undefined ? undefined : resolve(env.HEARTH_BOOTSTRAP_FILE),
    databaseUrl: env.HEARTH_DATABASE_URL,
    natsUrl: env.HEARTH_NATS_URL,
    dataPlane: env.HEARTH_DATA_PLANE,
    logLevel: env.HEARTH_LOG_LEVEL,
  })
}
