import { NamespaceKind, OrgRole, TokenRole } from '@hearth/proto/auth/v1/accounts'

const ORG_ROLES = {
  read: OrgRole.ORG_ROLE_READ, contributor: OrgRole.ORG_ROLE_CONTRIBUTOR, write: OrgRole.ORG_ROLE_WRITE, admin: OrgRole.ORG_ROLE_ADMIN,
} as const
export type OrgRoleName = keyof typeof ORG_ROLES

const TOKEN_ROLES = { read: TokenRole.TOKEN_ROLE_READ, write: TokenRole.TOKEN_ROLE_WRITE, fineGrained: TokenRole.TOKEN_ROLE_FINE_GRAINED } as const
export type TokenRoleName = keyof typeof TOKEN_ROLES

export function orgRoleName(role: OrgRole): OrgRoleName {
  return nameOf(ORG_ROLES, role) ?? 'read'
}

export function toOrgRole(name: OrgRoleName): OrgRole {
  return ORG_ROLES[name]
}

export function tokenRoleName(role: TokenRole): TokenRoleName {
  return nameOf(TOKEN_ROLES, role) ?? 'read'
}

export function toTokenRole(name: TokenRoleName): TokenRole {
  return TOKEN_ROLES[name]
}

export function namespaceKindName(kind: NamespaceKind): 'user' | 'org' {
  return kind === NamespaceKind.NAMESPACE_KIND_ORG ? 'org' : 'user'
}

/** A value of a newer version has no name here: the caller falls back to what gives least. */
function nameOf<K extends string>(known: Readonly<Record<K, number>>, value: number): K | undefined {
  return (Object.keys(known) as K[]).find((key) => known[key] === value)
}
