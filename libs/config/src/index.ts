export { CommonEnv, LOG_LEVELS, toCommonConfig, type CommonConfig, type LogLevel } from './common-env.ts'
export { ConfigError } from './config-error.ts'
export { flag, httpUrl, isAddressRange, isHostName, listOf, secret, wholeNumber } from './env-types.ts'
export { describeConfig, loadConfig, type Env, type LoadedConfig } from './load-config.ts'
