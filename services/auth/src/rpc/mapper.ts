import type { OrgRole, TokenRole } from '@hearth/authz'
import {
  NamespaceKind, OrgRole as WireOrgRole, TokenRole as WireTokenRole, Visibility as WireVisibility,
  type AccessTokenInfo, type GetIdentityResponse, type Namespace as WireNamespace,
} from '@hearth/proto/auth/v1/accounts'
import { RejectionReason, type AuthenticationResult } from '@hearth/proto/auth/v1/authentication'
import type { AccessToken, Identity, Namespace, Visibility } from '../domain/account.ts'
import type { AuthenticationOutcome } from '../domain/authenticate.ts'

const ORG_ROLES = {
  read: WireOrgRole.ORG_ROLE_READ, contributor: WireOrgRole.ORG_ROLE_CONTRIBUTOR, write: WireOrgRole.ORG_ROLE_WRITE, admin: WireOrgRole.ORG_ROLE_ADMIN,
} as const satisfies Record<OrgRole, WireOrgRole>

const TOKEN_ROLES = {
  read: WireTokenRole.TOKEN_ROLE_READ, write: WireTokenRole.TOKEN_ROLE_WRITE, fineGrained: WireTokenRole.TOKEN_ROLE_FINE_GRAINED,
} as const satisfies Record<TokenRole, WireTokenRole>

const VISIBILITIES = {
  public: WireVisibility.VISIBILITY_PUBLIC, private: WireVisibility.VISIBILITY_PRIVATE,
} as const satisfies Record<Visibility, WireVisibility>

const REJECTIONS = {
  unknown: RejectionReason.REJECTION_REASON_UNKNOWN, expired: RejectionReason.REJECTION_REASON_EXPIRED, suspended: RejectionReason.REJECTION_REASON_SUSPENDED,
} as const

export function toResult(outcome: AuthenticationOutcome): AuthenticationResult {
  if (outcome.kind === 'rejected') return { outcome: { $case: 'rejected', value: { reason: REJECTIONS[outcome.reason] } } }
  return { outcome: { $case: 'authenticated', value: { actorToken: outcome.actorToken, expireTime: new Date(outcome.expireMs) } } }
}

export function toIdentity(identity: Identity, token: AccessToken | undefined): GetIdentityResponse {
  return {
    id: identity.id, name: identity.name, fullName: identity.fullName, email: identity.email, isAdmin: identity.isAdmin,
    createTime: new Date(identity.createMs),
    memberships: identity.memberships.map((membership) => ({ ...membership, role: ORG_ROLES[membership.role] })),
    accessToken: token === undefined ? undefined : toTokenInfo(token),
  }
}

export function toNamespace(namespace: Namespace): WireNamespace {
  return {
    id: namespace.id, name: namespace.name, fullName: namespace.fullName, avatarUrl: undefined,
    kind: namespace.kind === 'user' ? NamespaceKind.NAMESPACE_KIND_USER : NamespaceKind.NAMESPACE_KIND_ORG,
    defaultVisibility: VISIBILITIES[namespace.defaultVisibility],
  }
}

function toTokenInfo(token: AccessToken): AccessTokenInfo {
  return { id: token.id, displayName: token.displayName, role: TOKEN_ROLES[token.role], createTime: new Date(token.createMs) }
}
