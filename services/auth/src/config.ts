import { join } from 'node:path'
import { secret } from '@hearth/config'
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

/**
 * Auth's own variables, beside the common ones.
 * HEARTH_AUTH_SERVICE_SECRETS: "dataset=<secret>,inference=<secret>", a service twice while its secret is being rotated.
 */
export const AuthEnv = z.object({
  HEARTH_AUTH_KEYS_DIR: z.string().min(1).optional(),
  HEARTH_AUTH_SERVICE_SECRETS: secret(0).superRefine((text, ctx) => {
    for (const message of readSecrets(text).problems) ctx.addIssue({ code: 'custom', message })
  }).default(''),
})

export function toAuthConfig(env: z.output<typeof AuthEnv>, common: { readonly dataDir: string }): AuthConfig {
  return Object.freeze({
    keysDir: env.HEARTH_AUTH_KEYS_DIR ?? join(common.dataDir, 'auth', 'signing-keys'),
    firstAdminPath: join(common.dataDir, 'admin-credentials.json'),
    serviceSecrets: readSecrets(env.HEARTH_AUTH_SERVICE_SECRETS).secrets,
  })
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
