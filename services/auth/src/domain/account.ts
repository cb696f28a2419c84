import type { ActorOrg, OrgRole, TokenRole } from '@hearth/authz'
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

export interface AccessToken {
  readonly id: ObjectId
  readonly displayName: string
  readonly role: TokenRole
  readonly createMs: number
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

/** What a presented access token stands for. */
export interface CredentialOwner {
  readonly tokenSha256: Sha256
  readonly tokenId: ObjectId
  readonly role: TokenRole
  readonly userId: ObjectId
  readonly userName: string
  readonly isAdmin: boolean
  readonly isSuspended: boolean
  readonly expireMs: number | undefined
  readonly orgs: readonly ActorOrg[]
}
