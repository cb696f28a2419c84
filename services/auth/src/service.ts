import { randomBytes } from 'node:crypto'
import { migrate, type Db } from '@hearth/db'
import { appendOutbox, ensureOutbox } from '@hearth/events'
import { newObjectId } from '@hearth/ids'
import { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import { createActorVerifier, serve, type ActorVerifier, type ServedService } from '@hearth/rpc'
import type { AuthConfig } from './config.ts'
import { applyBootstrap, type BootstrapChange } from './domain/apply-bootstrap.ts'
import type { BootstrapDocument } from './domain/bootstrap-document.ts'
import { createFirstAdmin, mintFirstAdmin } from './domain/first-admin.ts'
import { hashPassword } from './domain/password.ts'
import type { AccountStore, Entropy, ServiceSecretStore } from './domain/ports.ts'
import { hashServiceSecret } from './domain/service-token.ts'
import { accountsHandlers } from './rpc/accounts-handlers.ts'
import { authenticationHandlers } from './rpc/authentication-handlers.ts'
import { createPgAccountStore, type AddEvents } from './stores/account-store.pg.ts'
import { keepFirstAdmin } from './stores/first-admin-file.ts'
import { createPgServiceSecretStore } from './stores/service-secret-store.pg.ts'
import { openSigningKeys } from './stores/signing-keys.fs.ts'

export const MIGRATIONS = new URL('./stores/migrations/', import.meta.url)

export interface AuthDeps {
  /** Of the schema `auth`; migrated by `startAuth`, closed by its owner. */
  readonly db: Db
}

export interface AuthService extends AsyncDisposable {
  /** AuthenticationService and AccountsService, to be mounted on a server of any transport. */
  readonly handlers: readonly ServedService[]
  /** Verifies with auth's own keys, without a call; for the server that these handlers are mounted on. */
  readonly verifyActor: ActorVerifier
  /** Makes what the document names and is missing, all or nothing; throws INVALID_ARGUMENT for what contradicts the database. Its aliases are storage's. */
  applyBootstrap(document: BootstrapDocument): Promise<readonly BootstrapChange[]>
  /** With no account at all: creates the admin and writes how to log in to a 0600 file, whose path it returns. */
  ensureFirstAdmin(): Promise<{ readonly path: string; readonly user: string } | undefined>
  /** An actor token of kind `service` for a service of this same process; others prove themselves by IssueServiceToken. */
  issueServiceToken(service: string): Promise<{ readonly token: string; readonly expireMs: number }>
}

/** Starts auth: migrates its schema and outbox, opens or makes its signing keys, stores the configured service secrets. */
export async function startAuth(config: AuthConfig, deps: AuthDeps): Promise<AuthService> {
  await migrate(deps.db, MIGRATIONS)
  await ensureOutbox(deps.db)
  return composeAuth(config, { accounts: createPgAccountStore(deps.db, addToOutbox), secrets: createPgServiceSecretStore(deps.db) })
}

const addToOutbox: AddEvents = async (tx, events) => {
  for (const { type, payload } of events) await appendOutbox(tx, type, payload)
}

/** Auth over any stores. */
export async function composeAuth(
  config: AuthConfig, stores: { readonly accounts: AccountStore; readonly secrets: ServiceSecretStore }, entropy: Entropy = SYSTEM_ENTROPY,
): Promise<AuthService> {
  const { accounts, secrets } = stores
  const now = (): number => entropy.now()
  const signer = await openSigningKeys(config.keysDir, now)
  await secrets.replaceServiceSecrets(new Map([...config.serviceSecrets].map(([service, texts]) => [service, texts.map(hashServiceSecret)])))
  const handlers = [
    serve(AuthenticationServiceService, authenticationHandlers({ accounts, secrets, signer, now })),
    serve(AccountsServiceService, accountsHandlers(accounts)),
  ]
  return {
    handlers,
    verifyActor: createActorVerifier(() => Promise.resolve(signer.keySet), { now }),
    applyBootstrap: (document) => applyBootstrap({ accounts, entropy, hashPassword }, document),
    ensureFirstAdmin: () => ensureFirstAdmin(config, accounts, entropy),
    issueServiceToken: (service) => signer.sign({ kind: 'service', name: service }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

const SYSTEM_ENTROPY: Entropy = {
  now: () => Date.now(),
  newId: () => newObjectId(Date.now(), randomBytes),
  randomBytes,
}

/** File before row: credentials that nobody can read any more would lock everybody out. */
async function ensureFirstAdmin(config: AuthConfig, accounts: AccountStore, entropy: Entropy): Promise<{ path: string; user: string } | undefined> {
  if (await accounts.hasAccounts()) return undefined
  const credentials = await keepFirstAdmin(config.firstAdminPath, mintFirstAdmin(entropy))
  const isCreated = await createFirstAdmin({ accounts, entropy, hashPassword }, credentials)
  return isCreated ? { path: config.firstAdminPath, user: credentials.user } : undefined
}
