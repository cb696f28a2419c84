import type { Actor, OrgRole, TokenRole } from '@hearth/authz'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { AccessToken, CredentialOwner, Identity, Member, Namespace, Profile, UserRecord, WebSession } from './account.ts'
import type { AccountWrite } from './account-write.ts'
import type { AuditAct, AuditEntry, AuditOrigin, ChangeOrigin } from './audit.ts'

/** Users, organisations, members and tokens. */
export interface AccountStore {
  /** The owners of those tokens that exist; one query however many. */
  findCredentials(tokens: readonly Sha256[], signal?: AbortSignal): Promise<readonly CredentialOwner[]>
  /** undefined when the user is gone; without `token` when only the token is. */
  findIdentity(userId: string, tokenId: string, signal?: AbortSignal): Promise<{ identity: Identity; token: AccessToken | undefined } | undefined>
  findNamespaces(query: NamespaceQuery, signal?: AbortSignal): Promise<readonly Namespace[]>
  hasAccounts(): Promise<boolean>
  /**
   * Reads a snapshot, lets `decide` say what to write, writes it together with its events and its entries in the audit log. One
   * transaction; changes never run side by side.
   */
  change(query: SnapshotQuery, decide: (snapshot: AccountSnapshot) => Promise<readonly AccountWrite[]>, origin: ChangeOrigin): Promise<void>
}

export interface NamespaceQuery {
  /** Folded. */
  readonly names: readonly string[]
  readonly ids: readonly string[]
}

export interface SnapshotQuery {
  /** Folded names of users and organisations. */
  readonly names: readonly string[]
  readonly tokens: readonly Sha256[]
}

export interface KnownAccount {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly isAdmin: boolean
  readonly isSuspended: boolean
  readonly hasPassword: boolean
}

export interface KnownMember {
  readonly orgId: ObjectId
  readonly orgName: string
  readonly userId: ObjectId
  readonly role: OrgRole
  readonly isSuspended: boolean
}

/** A token of a user that was asked for. */
export interface KnownToken {
  readonly id: ObjectId
  readonly userId: ObjectId
  readonly displayName: string
  readonly expireMs: number | undefined
}

export interface AccountSnapshot {
  readonly hasAccounts: boolean
  /** By folded name. */
  readonly accounts: ReadonlyMap<string, KnownAccount>
  /** Of the organisations asked for; of the users asked for; and all admins of the organisations where such a user is one. */
  readonly members: readonly KnownMember[]
  readonly tokens: ReadonlyMap<Sha256, { readonly userId: ObjectId; readonly role: TokenRole; readonly displayName: string }>
  /** Of the users asked for. */
  readonly ownTokens: readonly KnownToken[]
  /** Admins of the hub that are not suspended; two of them at most. */
  readonly activeAdminIds: readonly ObjectId[]
}

/** Listings and single accounts, for profiles and administration. */
export interface AccountDirectory {
  /** By folded name. */
  findProfile(name: string, signal?: AbortSignal): Promise<Profile | undefined>
  /** In order of folded names; those after `afterName`. */
  listMembers(query: { readonly orgId: ObjectId; readonly afterName: string | undefined; readonly limit: number }, signal?: AbortSignal): Promise<readonly Member[]>
  /** Newest first. */
  listTokens(userId: string, signal?: AbortSignal): Promise<readonly AccessToken[]>
  /** By folded name. */
  findUser(name: string, signal?: AbortSignal): Promise<UserRecord | undefined>
  listUsers(query: UserQuery, signal?: AbortSignal): Promise<readonly UserRecord[]>
}

export interface UserQuery {
  /** Part of the name, full name or mail address, any case. */
  readonly search: string | undefined
  readonly isSuspended: boolean | undefined
  readonly afterName: string | undefined
  readonly limit: number
}

export interface NewSession {
  readonly id: ObjectId
  readonly userId: ObjectId
  readonly userName: string
  readonly sha256: Sha256
  readonly createMs: number
  readonly expireMs: number
  readonly userAgent: string | undefined
  readonly clientAddress: string | undefined
}

/** How somebody proves to be a user: the password as it is stored, and whether that helps. */
export interface PasswordOwner {
  readonly userId: ObjectId
  readonly userName: string
  readonly passwordHash: string | undefined
  readonly isSuspended: boolean
}

/** Web sessions, and what it takes to begin one. Ending them is a change of the account. */
export interface SessionStore {
  /** By folded name. */
  findPasswordOwner(name: string, signal?: AbortSignal): Promise<PasswordOwner | undefined>
  /** False, and nothing is stored, when the user is suspended or gone or has another password by now. */
  addSession(session: NewSession, passwordHash: string, origin: ChangeOrigin): Promise<boolean>
  /** Owners of those sessions that exist. A session unused for `idleMs` expires then. */
  findSessions(sessions: readonly Sha256[], idleMs: number, signal?: AbortSignal): Promise<readonly CredentialOwner[]>
  /** The last used first; those that live at `nowMs`. */
  listSessions(userId: string, idleMs: number, nowMs: number, signal?: AbortSignal): Promise<readonly WebSession[]>
}

export interface CredentialUse {
  readonly id: ObjectId
  readonly isSession: boolean
  readonly usedMs: number
}

/** Book-keeping of credentials that nobody waits for. */
export interface CredentialUpkeep {
  /** Never moves a time back. */
  recordUses(uses: readonly CredentialUse[]): Promise<void>
  /** Deletes tokens that expired before, and sessions that expired or were last used before; tokens with an entry in the audit log. Counts them. */
  deleteStale(before: { readonly tokensMs: number; readonly sessionsMs: number; readonly unusedSessionsMs: number }, origin: ChangeOrigin): Promise<number>
}

export interface LoginFailures {
  readonly count: number
  readonly lastMs: number
  readonly nextMs: number
}

/** Tries to log in that are not known to have succeeded. */
export interface LoginAttemptStore {
  /** Shows `decide` what is known of each subject and stores what it answers; undefined stores nothing. Never side by side for one subject. */
  update(subjects: readonly string[], decide: (known: ReadonlyMap<string, LoginFailures>) => ReadonlyMap<string, LoginFailures> | undefined): Promise<void>
  /** After a success. */
  forget(subjects: readonly string[]): Promise<void>
  deleteBefore(lastMs: number): Promise<void>
}

export interface AuditQuery {
  /** Folded. */
  readonly actor: string | undefined
  readonly target: string | undefined
  readonly action: string | undefined
  /** Entries with a smaller id. */
  readonly beforeId: number | undefined
  readonly limit: number
}

export interface ToldAct extends AuditOrigin {
  readonly consumer: string
  readonly eventId: string
  readonly act: AuditAct
}

export interface AuditLog {
  /** For acts that change no account; those that do are written by the change. */
  append(act: AuditAct, origin: ChangeOrigin): Promise<void>
  /** For acts that another service tells about: an event that comes again leaves no second entry. */
  appendOnce(told: ToldAct): Promise<void>
  /** Newest first. */
  list(query: AuditQuery, signal?: AbortSignal): Promise<readonly AuditEntry[]>
}

/** Repos in a namespace, owned by storage. */
export interface RepoOwnership {
  /** Some of the repos of this namespace, "model ana/m"; empty when it has none. */
  findSomeRepos(namespace: string, signal: AbortSignal): Promise<readonly string[]>
}

/** Digests of the secrets by which services prove themselves; several for one service while it is being rotated. */
export interface ServiceSecretStore {
  findServiceSecrets(service: string, signal?: AbortSignal): Promise<readonly Sha256[]>
  /** Makes the secrets of each named service exactly these; other services keep theirs. */
  replaceServiceSecrets(secrets: ReadonlyMap<string, readonly Sha256[]>): Promise<void>
}

/** A public Ed25519 key as a JSON Web Key. */
export interface PublicKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly alg: 'EdDSA'
  readonly use: 'sig'
  readonly kid: string
  readonly x: string
}

/** Signs actor tokens and tells the public keys that verify them. */
export interface ActorSigner {
  sign(actor: Exclude<Actor, { kind: 'anonymous' }>): Promise<{ readonly token: string; readonly expireMs: number }>
  /** A JSON Web Key Set (RFC 7517); the private parts are never in it. */
  readonly keySet: { readonly keys: readonly PublicKey[] }
}

/** What makes new rows; injected so that tests decide. */
export interface Entropy {
  now(): number
  newId(): ObjectId
  randomBytes(count: number): Uint8Array
}

/** Slow on purpose. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** With `undefined`, as for nobody: the same time, never true. Throws UNAVAILABLE when too many wait. */
  verify(password: string, stored: string | undefined): Promise<boolean>
}
