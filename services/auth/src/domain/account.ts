import type { ActorOrg, OrgRole, TokenRole, TokenScopes } from '@hearth/authz'
import type { ObjectId, Sha256 } from '@hearth/ids'

export type Visibility = 'public' | 'private'

/** A user or an organisation, as everybody may see it. */
export interface Namespace {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  /** Canonical spelling. */
  readonly name: string
  readonly fullName: string
  readonly defaultVisibility: Visibility
}

export interface Membership {
  readonly orgId: ObjectId
  readonly orgName: string
  readonly orgFullName: string
  readonly role: OrgRole
}

/** A namespace with what is public about it. */
export interface Profile {
  readonly namespace: Namespace
  readonly createMs: number
  /** Of a user. */
  readonly memberships: readonly Membership[]
  /** Of an organisation. */
  readonly memberCount: number
}

export interface Member {
  readonly userId: ObjectId
  readonly name: string
  readonly fullName: string
  readonly role: OrgRole
  readonly createMs: number
}

/** Everything but the value, which nobody keeps. */
export interface AccessToken {
  readonly id: ObjectId
  readonly displayName: string
  readonly role: TokenRole
  readonly scopes: TokenScopes | undefined
  readonly createMs: number
  readonly expireMs: number | undefined
  readonly lastUsedMs: number | undefined
}

/** What a user may see of itself. */
export interface Identity {
  readonly id: ObjectId
  readonly name: string
  readonly fullName: string
  readonly email: string | undefined
  readonly isAdmin: boolean
  readonly createMs: number
  readonly memberships: readonly Membership[]
}

/** What an admin of the hub may see of a user. */
export interface UserRecord {
  readonly id: ObjectId
  readonly name: string
  readonly fullName: string
  readonly email: string | undefined
  readonly isAdmin: boolean
  readonly hasPassword: boolean
  readonly createMs: number
  readonly suspendMs: number | undefined
}

/** What a presented access token or session stands for. */
export interface CredentialOwner {
  readonly sha256: Sha256
  readonly credentialId: ObjectId
  readonly isSession: boolean
  /** A session is the account itself: `write`. */
  readonly role: TokenRole
  readonly scopes: TokenScopes | undefined
  readonly userId: ObjectId
  readonly userName: string
  readonly isAdmin: boolean
  readonly isSuspended: boolean
  readonly expireMs: number | undefined
  readonly orgs: readonly ActorOrg[]
}

/** Somebody at a browser; everything but the value, which nobody keeps. */
export interface WebSession {
  readonly id: ObjectId
  readonly createMs: number
  readonly lastSeenMs: number
  readonly expireMs: number
  readonly userAgent: string | undefined
  readonly clientAddress: string | undefined
}
