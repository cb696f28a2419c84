import { join } from 'node:path'
import { CommonEnv, describeConfig, isHostName, loadConfig, secret, toCommonConfig, wholeNumber, type CommonConfig } from '@hearth/config'
import { z } from 'zod'

export interface AuthConfig {
  /** Folder of the signing keys, 0700. */
  readonly keysDir: string
  /** Where the first admin's credentials are written. */
  readonly firstAdminPath: string
  /** By service; the secrets it may prove itself by. Services that are not named keep what the database has. */
  readonly serviceSecrets: ReadonlyMap<string, readonly string[]>
  /** A web session ends after this time, whatever happens. */
  readonly sessionLifeMs: number
  /** And earlier, when it is not used for this time. */
  readonly sessionIdleMs: number
}

/** Shorter ones could be guessed; their digest is not slow. */
const MIN_SECRET_LENGTH = 32
const HOUR_MS = 3600 * 1000
const SECRET_ENTRY = /^([a-z][a-z-]{1,39})=(\S+)$/

/**
 * Auth's own variables, beside the common ones.
 * HEARTH_AUTH_SERVICE_SECRETS: "dataset=<secret>,inference=<secret>", a service twice while its secret is being rotated.
 */
export const AuthEnv = z.object({
  HEARTH_AUTH_KEYS_DIR: z.string().min(1).optional(),
  HEARTH_AUTH_SERVICE_SECRETS: secret(0).superRefine((text, ctx) => {
    for (const message of readSecrets(text).problems) ctx.addIssue({ code: 'custom', message })
  }).default(''),
  HEARTH_AUTH_SESSION_LIFE_HOURS: wholeNumber(1, 24 * 366).default(24 * 30),
  HEARTH_AUTH_SESSION_IDLE_HOURS: wholeNumber(1, 24 * 366).default(24 * 7),
})

export function toAuthConfig(env: z.output<typeof AuthEnv>, common: { readonly dataDir: string }): AuthConfig {
  return Object.freeze({
    keysDir: env.HEARTH_AUTH_KEYS_DIR ?? join(common.dataDir, 'auth', 'signing-keys'),
    firstAdminPath: join(common.dataDir, 'admin-credentials.json'),
    serviceSecrets: readSecrets(env.HEARTH_AUTH_SERVICE_SECRETS).secrets,
    sessionLifeMs: env.HEARTH_AUTH_SESSION_LIFE_HOURS * HOUR_MS,
    sessionIdleMs: env.HEARTH_AUTH_SESSION_IDLE_HOURS * HOUR_MS,
  })
}

const StandaloneEnv = z.object({
  ...CommonEnv.shape,
  ...AuthEnv.shape,
  HEARTH_AUTH_LISTEN: z.string().refine(isHostName, 'must be "host:port"').regex(/:\d{1,5}$/, 'must be "host:port"').default('127.0.0.1:7001'),
})

export interface StandaloneConfig {
  readonly common: CommonConfig
  readonly auth: AuthConfig
  /** Where the RPCs are served. */
  readonly listen: string
  readonly warnings: readonly string[]
}

/** Of auth as a process of its own. Throws ConfigError with all problems. */
export function loadStandaloneConfig(env: NodeJS.ProcessEnv = process.env): StandaloneConfig {
  const { values, warnings } = loadConfig(StandaloneEnv, env)
  const common = toCommonConfig(values)
  return { common, auth: toAuthConfig(values, common), listen: values.HEARTH_AUTH_LISTEN, warnings }
}

/** For --check-config. */
export function describeStandaloneConfig(env: NodeJS.ProcessEnv = process.env): string {
  return describeConfig(StandaloneEnv, env)
}

/** Problems name the service, never the secret. */
function readSecrets(text: string): { readonly secrets: ReadonlyMap<string, readonly string[]>; readonly problems: readonly string[] } {
  const secrets = new Map<string, string[]>()
  const problems: string[] = []
  for (const [index, entry] of text.split(',').map((part) => part.trim()).filter((part) => part !== '').entries()) {
    const [, service, value] = SECRET_ENTRY.exec(entry) ?? []
    if (service === undefined || value === undefined) problems.push(`entry ${index + 1} is not "service=secret"`)
    else if (value.length < MIN_SECRET_LENGTH) problems.push(`the secret of ${service} has less than ${MIN_SECRET_LENGTH} characters`)
    else secrets.set(service, [...secrets.get(service) ?? [], value])
  }
  return { secrets, problems }
}
