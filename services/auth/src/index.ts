export { AuthEnv, toAuthConfig, type AuthConfig } from './config.ts'
export type { BootstrapChange } from './domain/apply-bootstrap.ts'
export { parseBootstrapDocument, type BootstrapAlias, type BootstrapDocument } from './domain/bootstrap-document.ts'
export { MIGRATIONS as AUTH_MIGRATIONS, startAuth, type AuthDeps, type AuthService } from './service.ts'
