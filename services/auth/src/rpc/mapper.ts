import type { OrgRole, TokenRole, TokenScopes } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import {
  NamespaceKind, OrgRole as WireOrgRole, ScopeKind, TokenRole as WireTokenRole, Visibility as WireVisibility,
  type AccessTokenInfo, type GetIdentityResponse, type Membership as WireMembership, type Namespace as WireNamespace, type TokenScopes as WireScopes,
} from '@hearth/proto/auth/v1/accounts'
import { RejectionReason, type AuthenticationResult } from '@hearth/proto/auth/v1/authentication'
import type { NewToken } from '@hearth/proto/auth/v1/tokens'
import type { PageRequest } from '@hearth/proto/common/v1/page'
import type { CallContext } from '@hearth/rpc'
import type { AccessToken, Identity, Membership, Namespace, Visibility } from '../domain/account.ts'
import type { ChangeOrigin } from '../domain/audit.ts'
import type { AuthenticationOutcome } from '../domain/authenticate.ts'
import type { TokenCommand } from '../domain/draft-token.ts'
import type { Page } from '../domain/page-token.ts'
import type { AskedScopes } from '../domain/token-scopes.ts'

const ORG_ROLES = {
  read: WireOrgRole.ORG_ROLE_READ, contributor: WireOrgRole.ORG_ROLE_CONTRIBUTOR, write: WireOrgRole.ORG_ROLE_WRITE, admin: WireOrgRole.ORG_ROLE_ADMIN,
} as const satisfies Record<OrgRole, WireOrgRole>

const TOKEN_ROLES = {
  read: WireTokenRole.TOKEN_ROLE_READ, write: WireTokenRole.TOKEN_ROLE_WRITE, fineGrained: WireTokenRole.TOKEN_ROLE_FINE_GRAINED,
} as const satisfies Record<TokenRole, WireTokenRole>

const VISIBILITIES = {
  public: WireVisibility.VISIBILITY_PUBLIC, private: WireVisibility.VISIBILITY_PRIVATE,
} as const satisfies Record<Visibility, WireVisibility>

const SCOPE_KINDS = {
  repo: ScopeKind.SCOPE_KIND_REPO, namespace: ScopeKind.SCOPE_KIND_NAMESPACE,
} as const satisfies Record<TokenScopes['scoped'][number]['kind'], ScopeKind>

const REJECTIONS = {
  unknown: RejectionReason.REJECTION_REASON_UNKNOWN, expired: RejectionReason.REJECTION_REASON_EXPIRED, suspended: RejectionReason.REJECTION_REASON_SUSPENDED,
} as const

export function originOf({ actor, requestId }: CallContext): ChangeOrigin {
  return { actor, requestId }
}

export function parsePage(page: PageRequest | undefined): Page {
  return { pageSize: page?.pageSize, pageToken: page?.pageToken }
}

export function toResult(outcome: AuthenticationOutcome): AuthenticationResult {
  if (outcome.kind === 'rejected') return { outcome: { $case: 'rejected', value: { reason: REJECTIONS[outcome.reason] } } }
  return { outcome: { $case: 'authenticated', value: { actorToken: outcome.actorToken, expireTime: new Date(outcome.expireMs) } } }
}

export function toIdentity(identity: Identity, token: AccessToken | undefined): GetIdentityResponse {
  return {
    id: identity.id, name: identity.name, fullName: identity.fullName, email: identity.email, isAdmin: identity.isAdmin,
    createTime: new Date(identity.createMs),
    memberships: identity.memberships.map(toMembership),
    accessToken: token === undefined ? undefined : toTokenInfo(token),
  }
}

export function toMembership(membership: Membership): WireMembership {
  return { ...membership, role: toOrgRole(membership.role) }
}

export function toNamespace(namespace: Namespace): WireNamespace {
  return {
    id: namespace.id, name: namespace.name, fullName: namespace.fullName, avatarUrl: undefined,
    kind: namespace.kind === 'user' ? NamespaceKind.NAMESPACE_KIND_USER : NamespaceKind.NAMESPACE_KIND_ORG,
    defaultVisibility: VISIBILITIES[namespace.defaultVisibility],
  }
}

export function toTokenInfo(token: AccessToken): AccessTokenInfo {
  return {
    id: token.id, displayName: token.displayName, role: TOKEN_ROLES[token.role], createTime: new Date(token.createMs),
    expireTime: toTime(token.expireMs), lastUsedTime: toTime(token.lastUsedMs), scopes: token.scopes === undefined ? undefined : toScopes(token.scopes),
  }
}

export function toTime(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms)
}

export function toOrgRole(role: OrgRole): WireOrgRole {
  return ORG_ROLES[role]
}

export function parseOrgRole(role: WireOrgRole): OrgRole {
  return parseEnum(ORG_ROLES, role, 'role')
}

export function parseVisibility(visibility: WireVisibility): Visibility {
  return visibility === WireVisibility.VISIBILITY_UNSPECIFIED ? 'public' : parseEnum(VISIBILITIES, visibility, 'default visibility')
}

export function parseNewToken(token: NewToken | undefined): TokenCommand {
  if (token === undefined) throw new HearthError('INVALID_ARGUMENT', 'token: is missing')
  return {
    displayName: token.displayName, role: parseEnum(TOKEN_ROLES, token.role, 'role'), expireMs: token.expireTime?.getTime(),
    scopes: token.scopes === undefined ? undefined : parseScopes(token.scopes),
  }
}

function toScopes(scopes: TokenScopes): WireScopes {
  return {
    canReadGatedRepos: scopes.canReadGatedRepos, global: [...scopes.global],
    scoped: scopes.scoped.map(({ kind, id, permissions }) => ({ kind: SCOPE_KINDS[kind], id, permissions: [...permissions] })),
  }
}

function parseScopes({ canReadGatedRepos, global, scoped }: WireScopes): AskedScopes {
  return { canReadGatedRepos, global, scoped: scoped.map(({ kind, id, permissions }) => ({ kind: parseEnum(SCOPE_KINDS, kind, 'kind of a scope'), id, permissions })) }
}

function parseEnum<K extends string>(known: Readonly<Record<K, number>>, value: number, label: string): K {
  const found = (Object.keys(known) as K[]).find((key) => known[key] === value)
  if (found === undefined) throw new HearthError('INVALID_ARGUMENT', `${label}: must be one of ${Object.keys(known).join(', ')}`)
  return found
}
