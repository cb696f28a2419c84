import { z } from 'zod'

const names = z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter((part) => part !== ''))

/** The gateway's keys of the environment; the composition root adds what belongs to the listener. */
export const GATEWAY_ENV = z.object({
  HEARTH_ALLOWED_HOSTS: names,
  HEARTH_GATEWAY_TRUSTED_PROXIES: names,
  HEARTH_DATA_PLANE: z.enum(['redirect', 'proxy']).default('redirect'),
  HEARTH_GATEWAY_BODY_IDLE_TIMEOUT_MS: z.coerce.number().int().min(1000).default(60_000),
})

export interface GatewayConfig {
  readonly version: string
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly dataPlaneMode: 'redirect' | 'proxy'
  readonly bodyIdleTimeoutMs: number
}

/** Throws a ZodError with all problems at once. */
export function loadGatewayConfig(env: Readonly<Record<string, string | undefined>>, version: string): GatewayConfig {
  const parsed = GATEWAY_ENV.parse(env)
  return Object.freeze({
    version,
    allowedHosts: parsed.HEARTH_ALLOWED_HOSTS,
    trustedProxies: parsed.HEARTH_GATEWAY_TRUSTED_PROXIES,
    dataPlaneMode: parsed.HEARTH_DATA_PLANE,
    bodyIdleTimeoutMs: parsed.HEARTH_GATEWAY_BODY_IDLE_TIMEOUT_MS,
  })
}
