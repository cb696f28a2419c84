import { randomBytes } from 'node:crypto'
import { migrate, type Db } from '@hearth/db'
import { appendOutbox, ensureOutbox, type EventBus, type Subscription } from '@hearth/events'
import { newObjectId } from '@hearth/ids'
import { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import { MembersServiceService } from '@hearth/proto/auth/v1/members'
import { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import { SessionsServiceService } from '@hearth/proto/auth/v1/sessions'
import { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import { createActorVerifier, serve, type ActorVerifier, type ServedService, type ServiceClient } from '@hearth/rpc'
import { SILENT_LOGGER, type Logger } from '@hearth/telemetry'
import { openPgStores, type AuthStores } from './auth-stores.ts'
import type { AuthConfig } from './config.ts'
import { applyBootstrap, type BootstrapChange } from './domain/apply-bootstrap.ts'
import type { BootstrapDocument } from './domain/bootstrap-document.ts'
import { createCredentialUses, type CredentialUses } from './domain/credential-uses.ts'
import { createFirstAdmin, mintFirstAdmin } from './domain/first-admin.ts'
import { createPasswords, hashPassword } from './domain/password.ts'
import type { AccountStore, ActorSigner, Entropy } from './domain/ports.ts'
import { hashServiceSecret } from './domain/service-token.ts'
import { repoAuditConsumer } from './events/repo-audit.ts'
import { accountsHandlers } from './rpc/accounts-handlers.ts'
import { adminHandlers } from './rpc/admin-handlers.ts'
import { authenticationHandlers } from './rpc/authentication-handlers.ts'
import { membersHandlers } from './rpc/members-handlers.ts'
import { profilesHandlers } from './rpc/profiles-handlers.ts'
import { sessionsHandlers } from './rpc/sessions-handlers.ts'
import { tokensHandlers } from './rpc/tokens-handlers.ts'
import type { AddEvents } from './stores/account-store.pg.ts'
import { keepFirstAdmin } from './stores/first-admin-file.ts'
import { createRepoOwnership } from './stores/repo-ownership.rpc.ts'
import { openSigningKeys } from './stores/signing-keys.fs.ts'
import { startUpkeep } from './upkeep.ts'

export const MIGRATIONS = new URL('./stores/migrations/', import.meta.url)

export interface AuthDeps {
  /** Of the schema `auth`; migrated by `startAuth`, closed by its owner. */
  readonly db: Db
  /** Storage's, which may start later; asked before an account is removed. Absent: accounts cannot be removed. */
  readonly repos?: (() => ServiceClient<typeof RepoServiceService>) | undefined
  readonly log?: Logger
}

export interface AuthService extends AsyncDisposable {
  /** All services of auth, to be mounted on a server of any transport. */
  readonly handlers: readonly ServedService[]
  /** Verifies with auth's own keys, without a call; for the server that these handlers are mounted on. */
  readonly verifyActor: ActorVerifier
  /** Makes what the document names and is missing, all or nothing; throws INVALID_ARGUMENT for what contradicts the database. Its aliases are storage's. */
  applyBootstrap(document: BootstrapDocument): Promise<readonly BootstrapChange[]>
  /** With no account at all: creates the admin and writes how to log in to a 0600 file, whose path it returns. */
  ensureFirstAdmin(): Promise<{ readonly path: string; readonly user: string } | undefined>
  /** An actor token of kind `service` for a service of this same process; others prove themselves by IssueServiceToken. */
  issueServiceToken(service: string): Promise<{ readonly token: string; readonly expireMs: number }>
  /** Keeps what the other services tell in the audit log, until the subscription is closed. */
  follow(bus: EventBus): Promise<Subscription>
}

/** Starts auth: migrates its schema and outbox, opens or makes its signing keys, stores the configured service secrets. */
export async function startAuth(config: AuthConfig, deps: AuthDeps): Promise<AuthService> {
  await migrate(deps.db, MIGRATIONS)
  await ensureOutbox(deps.db)
  const { repos, log = SILENT_LOGGER } = deps
  return composeAuth(config, { stores: openPgStores(deps.db, addToOutbox), repos, log, entropy: SYSTEM_ENTROPY })
}

const addToOutbox: AddEvents = async (tx, events) => {
  for (const { type, payload } of events) await appendOutbox(tx, type, payload)
}

export interface AuthParts {
  readonly stores: AuthStores
  readonly repos: AuthDeps['repos']
  readonly log: Logger
  readonly entropy: Entropy
}

/** Auth over any stores. */
export async function composeAuth(config: AuthConfig, parts: AuthParts): Promise<AuthService> {
  const { stores, entropy, log } = parts
  const now = (): number => entropy.now()
  const signer = await openSigningKeys(config.keysDir, now)
  await stores.secrets.replaceServiceSecrets(new Map([...config.serviceSecrets].map(([service, texts]) => [service, texts.map(hashServiceSecret)])))
  const uses = createCredentialUses(stores.upkeep, now)
  const upkeep = startUpkeep({ uses, credentials: stores.upkeep, attempts: stores.attempts, sessionIdleMs: config.sessionIdleMs, now, log })
  return {
    handlers: createHandlers(config, parts, { signer, uses }),
    verifyActor: createActorVerifier(() => Promise.resolve(signer.keySet), { now }),
    applyBootstrap: (document) => applyBootstrap({ accounts: stores.accounts, entropy, hashPassword }, document),
    ensureFirstAdmin: () => ensureFirstAdmin(config, stores.accounts, entropy),
    issueServiceToken: (service) => signer.sign({ kind: 'service', name: service }),
    follow: (bus) => bus.subscribe(repoAuditConsumer(stores.audit)),
    [Symbol.asyncDispose]: () => upkeep[Symbol.asyncDispose](),
  }
}

interface Machinery {
  readonly signer: ActorSigner
  readonly uses: CredentialUses
}

function createHandlers(config: AuthConfig, { stores, repos, entropy }: AuthParts, { signer, uses }: Machinery): ServedService[] {
  const { sessionIdleMs, sessionLifeMs } = config
  const passwords = createPasswords()
  const ownership = createRepoOwnership({ repos, serviceToken: async () => (await signer.sign({ kind: 'service', name: 'auth' })).token })
  const common = { ...stores, passwords, entropy, repos: ownership, sessionIdleMs, sessionLifeMs }
  return [
    serve(AuthenticationServiceService, authenticationHandlers({ ...stores, signer, uses, sessionIdleMs, now: () => entropy.now() })),
    serve(AccountsServiceService, accountsHandlers(stores.accounts)),
    serve(ProfilesServiceService, profilesHandlers(stores.directory)),
    serve(TokensServiceService, tokensHandlers(common)),
    serve(SessionsServiceService, sessionsHandlers(common)),
    serve(MembersServiceService, membersHandlers(common)),
    serve(AdminServiceService, adminHandlers(common)),
  ]
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
