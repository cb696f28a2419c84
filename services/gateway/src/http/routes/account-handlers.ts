import { HearthError } from '@hearth/errors'
import type { Whoami } from '@hearth/hf-api'
import { NamespaceKind, OrgRole, TokenRole, type GetIdentityResponse, type Namespace } from '@hearth/proto/auth/v1/accounts'
import { json, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { required } from '../mappers/required.ts'
import { countRepos } from '../repo-counts.ts'

export function createAccountHandlers(deps: HttpDeps): Pick<Handlers, 'whoami' | 'userOverview' | 'organizationOverview'> {
  const { accounts } = deps
  const findNamespace = async (name: string, kind: NamespaceKind, call: Call): Promise<Namespace> => {
    const { namespaces } = await accounts.batchGetNamespaces({ names: [name], ids: [] }, call.rpc)
    const found = namespaces.find((namespace) => namespace.kind === kind)
    if (found === undefined) throw new HearthError('NOT_FOUND', kind === NamespaceKind.NAMESPACE_KIND_ORG ? 'Organization not found' : 'User not found')
    return found
  }
  return {
    async whoami(_input, call) {
      return json(toWhoami(await accounts.getIdentity({}, call.rpc)))
    },
    async userOverview({ params }, call) {
      const { id, name, fullName, avatarUrl } = await findNamespace(params.name, NamespaceKind.NAMESPACE_KIND_USER, call)
      return json({ _id: id, user: name, name, fullname: fullName, type: 'user', isPro: false, ...await countRepos(deps, name, call), ...optional('avatarUrl', avatarUrl) })
    },
    async organizationOverview({ params }, call) {
      const { id, name, fullName, avatarUrl } = await findNamespace(params.name, NamespaceKind.NAMESPACE_KIND_ORG, call)
      return json({ _id: id, name, fullname: fullName, type: 'org', isEnterprise: false, ...await countRepos(deps, name, call), ...optional('avatarUrl', avatarUrl) })
    },
  }
}

function toWhoami(identity: GetIdentityResponse): Whoami {
  const token = required(identity.accessToken, 'the access token')
  return {
    type: 'user',
    id: identity.id,
    name: identity.name,
    fullname: identity.fullName,
    ...optional('email', identity.email),
    emailVerified: true,
    canPay: false,
    isPro: false,
    isAdmin: identity.isAdmin,
    orgs: identity.memberships.map((org) => ({ type: 'org' as const, id: org.orgId, name: org.orgName, fullname: org.orgFullName, roleInOrg: orgRoleName(org.role) })),
    auth: {
      type: 'access_token',
      accessToken: { displayName: token.displayName, role: tokenRoleName(token.role), ...optional('createdAt', token.createTime?.toISOString()) },
    },
  }
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string }
}

function orgRoleName(role: OrgRole): string {
  switch (role) {
    case OrgRole.ORG_ROLE_ADMIN: return 'admin'
    case OrgRole.ORG_ROLE_WRITE: return 'write'
    case OrgRole.ORG_ROLE_CONTRIBUTOR: return 'contributor'
    default: return 'read'
  }
}

function tokenRoleName(role: TokenRole): 'read' | 'write' | 'fineGrained' {
  switch (role) {
    case TokenRole.TOKEN_ROLE_WRITE: return 'write'
    case TokenRole.TOKEN_ROLE_FINE_GRAINED: return 'fineGrained'
    default: return 'read'
  }
}
