import type { AccessToken, Whoami } from '@hearth/hf-api'
import { NamespaceKind, type GetIdentityResponse } from '@hearth/proto/auth/v1/accounts'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toAccessToken } from '../mappers/access-token.ts'
import { orgRoleName } from '../mappers/account-roles.ts'
import { required } from '../mappers/required.ts'
import { countRepos } from '../repo-counts.ts'
import { findScopeNames } from '../scope-names.ts'

/** There are no pictures of accounts yet; the official clients take an empty text for none. */
export const NO_AVATAR = ''

/** Of what Hearth does not have. */
const NO_FOLLOWERS = { isFollowing: false, numFollowers: 0, numPapers: 0 }

export function createAccountHandlers(deps: HttpDeps): Pick<Handlers, 'whoami' | 'userOverview' | 'organizationOverview'> {
  const { accounts, profiles } = deps
  return {
    async whoami(_input, call) {
      const identity = await accounts.getIdentity({}, call.rpc)
      const token = required(identity.accessToken, 'the access token')
      return json(toWhoami(identity, toAccessToken(token, await findScopeNames(deps, [token], call))))
    },
    async userOverview({ params }, call) {
      const { namespace, memberships, createTime } = await profiles.getProfile({ name: params.name, kind: NamespaceKind.NAMESPACE_KIND_USER }, call.rpc)
      const { id, name, fullName } = required(namespace, 'its namespace')
      return json({
        _id: id, user: name, name, fullname: fullName, type: 'user' as const, avatarUrl: NO_AVATAR, isPro: false, ...NO_FOLLOWERS, numFollowing: 0, numUpvotes: 0,
        ...await countRepos(deps, name, call), numDiscussions: 0, numLikes: Number((await deps.social.listLikes({ userId: id, page: { pageSize: 1 } }, call.rpc)).totalCount),
        ...(createTime === undefined ? {} : { createdAt: createTime.toISOString() }),
        orgs: memberships.map((org) => ({ id: org.orgId, name: org.orgName, fullname: org.orgFullName, avatarUrl: NO_AVATAR })),
      })
    },
    async organizationOverview({ params }, call) {
      const { namespace, memberCount } = await profiles.getProfile({ name: params.name, kind: NamespaceKind.NAMESPACE_KIND_ORG }, call.rpc)
      const { id, name, fullName } = required(namespace, 'its namespace')
      return json({
        _id: id, name, fullname: fullName, type: 'org' as const, avatarUrl: NO_AVATAR, isVerified: false, isEnterprise: false, ...NO_FOLLOWERS,
        numUsers: memberCount, ...await countRepos(deps, name, call),
      })
    },
  }
}

function toWhoami(identity: GetIdentityResponse, { displayName, role, createdAt, fineGrained }: AccessToken): Whoami {
  return {
    type: 'user',
    id: identity.id,
    name: identity.name,
    fullname: identity.fullName,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    emailVerified: true,
    canPay: false,
    isPro: false,
    isAdmin: identity.isAdmin,
    orgs: identity.memberships.map((org) => ({ type: 'org' as const, id: org.orgId, name: org.orgName, fullname: org.orgFullName, roleInOrg: orgRoleName(org.role) })),
    auth: { type: 'access_token', accessToken: { displayName, role, createdAt, ...(fineGrained === undefined ? {} : { fineGrained }) } },
  }
}
