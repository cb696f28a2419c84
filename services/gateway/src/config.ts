import { wholeNumber, type CommonConfig } from '@hearth/config'
import { z } from 'zod'

/** The gateway's own keys; a program's schema merges them with libs/config's CommonEnv. */
export const GatewayEnv = z.object({
  HEARTH_GATEWAY_BODY_IDLE_TIMEOUT_MS: wholeNumber(1000, 3_600_000).default(60_000),
})

export interface GatewayConfig {
  readonly version: string
  /** Host names that requests may carry (`*.example.org` for all below); empty means any. */
  readonly allowedHosts: readonly string[]
  /** Addresses or CIDR ranges whose X-Forwarded-* headers count. */
  readonly trustedProxies: readonly string[]
  /** `redirect`: large files by 302 to the data plane; `proxy`: everything through this process. */
  readonly dataPlaneMode: 'redirect' | 'proxy'
  readonly bodyIdleTimeoutMs: number
  /** Where pages of spaces are served, each on a subdomain of its own. */
  readonly contentOrigin: string | undefined
}

export function toGatewayConfig(common: Pick<CommonConfig, 'allowedHosts' | 'trustedProxies' | 'dataPlane' | 'contentHost'>, env: z.output<typeof GatewayEnv>, version: string): GatewayConfig {
  return Object.freeze({
    version,
    allowedHosts: common.allowedHosts,
    trustedProxies: common.trustedProxies,
    dataPlaneMode: common.dataPlane,
    contentOrigin: common.contentHost === undefined ? undefined : originOf(common.contentHost),
    bodyIdleTimeoutMs: env.HEARTH_GATEWAY_BODY_IDLE_TIMEOUT_MS,
  })
}

function originOf(host: string): string {
  return host.includes('://') ? host : `http://${host}`
}
