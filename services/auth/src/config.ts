import { join } from 'node:path'
import { z } from 'zod'
import { MIN_SECRET_LENGTH } from './domain/service-token.ts'

export interface AuthConfig {
  /** Folder of the signing keys, 0700. */
  readonly keysDir: string
  /** Where the first admin's credentials are written. */
  readonly firstAdminPath: string
  /** By service; the secrets it may prove itself by. Services that are not named keep what the database has. */
  readonly serviceSecrets: ReadonlyMap<string, readonly string[]>
}

const SECRET_ENTRY = /^([a-z][a-z-]{1,39})=(\S+)$/

const Env = z.object({
  HEARTH_DATA_DIR: z.string().min(1).default('./.hearth'),
  HEARTH_AUTH_KEYS_DIR: z.string().min(1).optional(),
  HEARTH_AUTH_SERVICE_SECRETS: z.string().default('').transform((text, ctx) => parseSecrets(text, (message) => ctx.addIssue({ code: 'custom', message }))),
})

/**
 * Auth's own configuration. Throws a ZodError with all problems.
 * HEARTH_AUTH_SERVICE_SECRETS: "dataset=<secret>,inference=<secret>", a service twice while its secret is being rotated.
 */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  const parsed = Env.parse(env)
  return Object.freeze({
    keysDir: parsed.HEARTH_AUTH_KEYS_DIR ?? join(parsed.HEARTH_DATA_DIR, 'auth', 'signing-keys'),
    firstAdminPath: join(parsed.HEARTH_DATA_DIR, 'admin-credentials.json'),
    serviceSecrets: parsed.HEARTH_AUTH_SERVICE_SECRETS,
  })
}

/** Problems name the service, never the secret. */
function parseSecrets(text: string, addProblem: (message: string) => void): ReadonlyMap<string, readonly string[]> {
  const secrets = new Map<string, string[]>()
  for (const [index, entry] of text.split(',').map((part) => part.trim()).filter((part) => part !== '').entries()) {
    const [, service, secret] = SECRET_ENTRY.exec(entry) ?? []
    if (service === undefined || secret === undefined) addProblem(`entry ${index + 1} is not "service=secret"`)
    else if (secret.length < MIN_SECRET_LENGTH) addProblem(`the secret of ${service} has less than ${MIN_SECRET_LENGTH} characters`)
    else secrets.set(service, [...secrets.get(service) ?? [], secret])
  }
  return secrets
}
