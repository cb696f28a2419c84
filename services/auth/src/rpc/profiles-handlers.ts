import { NamespaceKind } from '@hearth/proto/auth/v1/accounts'
import type { Member as WireMember, ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import type { ServiceHandlers } from '@hearth/rpc'
import type { Member } from '../domain/account.ts'
import { getProfile, listMembers } from '../domain/list-accounts.ts'
import type { AccountDirectory } from '../domain/ports.ts'
import { parsePage, toMembership, toNamespace, toOrgRole } from './mapper.ts'

const KINDS = new Map<NamespaceKind, 'user' | 'org'>([[NamespaceKind.NAMESPACE_KIND_USER, 'user'], [NamespaceKind.NAMESPACE_KIND_ORG, 'org']])

export function profilesHandlers(directory: AccountDirectory): ServiceHandlers<ProfilesServiceService> {
  return {
    getProfile: async ({ name, kind }, ctx) => {
      const { namespace, createMs, memberships, memberCount } = await getProfile(directory, { name, kind: KINDS.get(kind) }, ctx.signal)
      return { namespace: toNamespace(namespace), createTime: new Date(createMs), memberships: memberships.map(toMembership), memberCount }
    },
    listMembers: async ({ org, page }, ctx) => {
      const { rows, nextPageToken } = await listMembers(directory, org, parsePage(page), ctx.signal)
      return { members: rows.map(toMember), page: { nextPageToken } }
    },
  }
}

function toMember({ userId, name, fullName, role, createMs }: Member): WireMember {
  return { userId, name, fullName, role: toOrgRole(role), createTime: new Date(createMs) }
}
