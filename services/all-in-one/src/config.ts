import { AuthEnv, toAuthConfig, type AuthConfig } from '@hearth/auth'
import { CommonEnv, loadConfig, toCommonConfig, type CommonConfig, type Env } from '@hearth/config'
import { GatewayEnv, toGatewayConfig, type GatewayConfig } from '@hearth/gateway'
import { StorageEnv, toStorageConfig, type StorageConfig } from '@hearth/storage'

export const VERSION = '0.1.0'

/** Every variable that this program reads. */
export const HubEnv = CommonEnv.extend(AuthEnv.shape).extend(StorageEnv.shape).extend(GatewayEnv.shape)

export interface HubConfig {
  readonly common: CommonConfig
  readonly auth: AuthConfig
  readonly storage: StorageConfig
  readonly gateway: GatewayConfig
}

/** Throws ConfigError with every problem. */
export function loadHubConfig(env: Env): { readonly config: HubConfig; readonly warnings: readonly string[] } {
  const { values, warnings } = loadConfig(HubEnv, env)
  const common = toCommonConfig(values)
  const config = { common, auth: toAuthConfig(values, common), storage: toStorageConfig(values, common), gateway: toGatewayConfig(common, values, VERSION) }
  return { config, warnings }
}

/** The environment of this process: the one place that reads it. */
export function processEnv(): Env {
  return process.env
}
