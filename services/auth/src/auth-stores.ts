import type { Db } from '@hearth/db'
import type { AccountDirectory, AccountStore, AuditLog, CredentialUpkeep, LoginAttemptStore, ServiceSecretStore, SessionStore } from './domain/ports.ts'
import { createPgAccountDirectory } from './stores/account-directory.pg.ts'
import { createPgAccountStore, type AddEvents } from './stores/account-store.pg.ts'
import { createPgAuditLog } from './stores/audit-log.pg.ts'
import { createPgCredentialUpkeep } from './stores/credential-upkeep.pg.ts'
import { createPgLoginAttemptStore } from './stores/login-attempt-store.pg.ts'
import { createPgServiceSecretStore } from './stores/service-secret-store.pg.ts'
import { createPgSessionStore } from './stores/session-store.pg.ts'

/** All that auth keeps in its database. */
export interface AuthStores {
  readonly accounts: AccountStore
  readonly directory: AccountDirectory
  readonly sessions: SessionStore
  readonly attempts: LoginAttemptStore
  readonly upkeep: CredentialUpkeep
  readonly audit: AuditLog
  readonly secrets: ServiceSecretStore
}

export function openPgStores(db: Db, addEvents: AddEvents): AuthStores {
  return {
    accounts: createPgAccountStore(db, addEvents), directory: createPgAccountDirectory(db), sessions: createPgSessionStore(db),
    attempts: createPgLoginAttemptStore(db), upkeep: createPgCredentialUpkeep(db), audit: createPgAuditLog(db), secrets: createPgServiceSecretStore(db),
  }
}
