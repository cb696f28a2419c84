import type { Actor, OrgRole, TokenRole } from '@hearth/authz'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { AccessToken, CredentialOwner, Identity, Namespace, Visibility } from './account.ts'

/** Users, organisations, members and tokens. */
export interface AccountStore {
  /** The owners of those tokens that exist; one query however many. */
  findCredentials(tokens: readonly Sha256[], signal?: AbortSignal): Promise<readonly CredentialOwner[]>
  /** undefined when the user is gone; without `token` when only the token is. */
  findIdentity(userId: string, tokenId: string, signal?: AbortSignal): Promise<{ identity: Identity; token: AccessToken | undefined } | undefined>
  findNamespaces(query: NamespaceQuery, signal?: AbortSignal): Promise<readonly Namespace[]>
  hasAccounts(): Promise<boolean>
  /** Reads a snapshot, lets `decide` say what to write, writes it together with its events. One transaction; changes never run side by side. */
  change(query: SnapshotQuery, decide: (snapshot: AccountSnapshot) => Promise<readonly AccountWrite[]>): Promise<void>
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
  readonly hasPassword: boolean
}

export interface AccountSnapshot {
  readonly hasAccounts: boolean
  /** By folded name. */
  readonly accounts: ReadonlyMap<string, KnownAccount>
  /** Of the organisations asked for; also members that were not. */
  readonly members: readonly { readonly orgId: ObjectId; readonly userId: ObjectId; readonly role: OrgRole }[]
  readonly tokens: ReadonlyMap<Sha256, { readonly userId: ObjectId; readonly role: TokenRole; readonly displayName: string }>
}

export type AccountWrite =
  | {
    readonly kind: 'createUser'; readonly id: ObjectId; readonly name: string; readonly fullName: string; readonly email: string | undefined
    readonly isAdmin: boolean; readonly passwordHash: string | undefined; readonly createMs: number
  }
  | {
    readonly kind: 'createOrg'; readonly id: ObjectId; readonly name: string; readonly fullName: string
    readonly defaultVisibility: Visibility; readonly createMs: number
  }
  | { readonly kind: 'setPassword'; readonly userId: ObjectId; readonly passwordHash: string }
  | { readonly kind: 'grantAdmin'; readonly userId: ObjectId }
  | { readonly kind: 'addMember'; readonly orgId: ObjectId; readonly userId: ObjectId; readonly role: OrgRole; readonly createMs: number }
  | {
    readonly kind: 'addToken'; readonly id: ObjectId; readonly userId: ObjectId; readonly sha256: Sha256
    readonly role: TokenRole; readonly displayName: string; readonly createMs: number
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
