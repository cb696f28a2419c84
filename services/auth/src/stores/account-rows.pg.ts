import type { ActorOrg, OrgRole, TokenRole, TokenScopes } from '@hearth/authz'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { AccessToken, CredentialOwner, Membership, Visibility } from '../domain/account.ts'

export interface CredentialRow {
  readonly sha256: Sha256
  readonly credential_id: ObjectId
  readonly role: TokenRole
  readonly scopes: TokenScopes | null
  readonly user_id: ObjectId
  readonly user_name: string
  readonly is_admin: boolean
  readonly is_suspended: boolean
  readonly expire_time: Date | null
  readonly orgs: readonly ActorOrg[]
}

/** As JSON builds it. */
export interface TokenJson {
  readonly id: ObjectId
  readonly displayName: string
  readonly role: TokenRole
  readonly scopes: TokenScopes | null
  readonly createMs: number
  readonly expireMs: number | null
  readonly lastUsedMs: number | null
}

export interface IdentityRow {
  readonly id: ObjectId
  readonly name: string
  readonly full_name: string
  readonly email: string | null
  readonly is_admin: boolean
  readonly create_time: Date
  readonly memberships: readonly Membership[]
  readonly token: TokenJson | null
}

export interface NamespaceRow {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly full_name: string
  readonly default_visibility: Visibility | null
}

export interface AccountRow {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly name_key: string
  readonly is_admin: boolean | null
  readonly is_suspended: boolean | null
  readonly has_password: boolean | null
}

export interface MemberRow {
  readonly org_id: ObjectId
  readonly org_name: string
  readonly user_id: ObjectId
  readonly role: OrgRole
  readonly is_suspended: boolean
}

export interface OwnTokenRow {
  readonly id: ObjectId
  readonly user_id: ObjectId
  readonly display_name: string
  readonly expire_time: Date | null
}

export function toCredentialOwner(row: CredentialRow, isSession: boolean): CredentialOwner {
  return {
    sha256: row.sha256, credentialId: row.credential_id, isSession, role: row.role, scopes: row.scopes ?? undefined, userId: row.user_id,
    userName: row.user_name, isAdmin: row.is_admin, isSuspended: row.is_suspended, expireMs: row.expire_time?.getTime(), orgs: row.orgs,
  }
}

export function toAccessToken({ scopes, expireMs, lastUsedMs, ...row }: TokenJson): AccessToken {
  return { ...row, scopes: scopes ?? undefined, expireMs: expireMs ?? undefined, lastUsedMs: lastUsedMs ?? undefined }
}
