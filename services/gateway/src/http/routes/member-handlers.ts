import type { OrganizationMember, ResponseOf, Routes } from '@hearth/hf-api'
import type { Member } from '@hearth/proto/auth/v1/profiles'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { orgRoleName, toOrgRole, type OrgRoleName } from '../mappers/account-roles.ts'
import { linkHeader } from '../paging.ts'
import { NO_AVATAR } from './account-handlers.ts'

type MemberHandlers = Pick<Handlers, 'listMembers' | 'setMember' | 'removeMember' | 'adminSetMember' | 'adminRemoveMember'>

interface Named {
  readonly params: { readonly name: string; readonly user: string }
}

export function createMemberHandlers({ profiles, members }: HttpDeps): MemberHandlers {
  const setMember = async ({ params, body }: Named & { readonly body: { readonly role: OrgRoleName } }, call: Call): Promise<Answer<ResponseOf<Routes['setMember']>>> => {
    const { userId, name, role, isNew } = await members.setMember({ org: params.name, user: params.user, role: toOrgRole(body.role) }, call.rpc)
    return json({ _id: userId, user: name, role: orgRoleName(role), isNew })
  }
  const removeMember = async ({ params }: Named, call: Call): Promise<Answer<Record<string, unknown>>> => {
    await members.removeMember({ org: params.name, user: params.user }, call.rpc)
    return json({})
  }
  return {
    async listMembers({ params, query }, call) {
      const found = await profiles.listMembers({ org: params.name, page: { pageSize: query.limit, pageToken: query.cursor } }, call.rpc)
      return json(found.members.map((member) => toMember(member, call.isAnonymous)), linkHeader(call, found.page))
    },
    setMember, removeMember, adminSetMember: setMember, adminRemoveMember: removeMember,
  }
}

/** Who administers is told to those who are known here. */
function toMember({ userId, name, fullName, role }: Member, isForNobody: boolean): OrganizationMember {
  return { _id: userId, user: name, fullname: fullName, avatarUrl: NO_AVATAR, type: 'user', isPro: false, ...(isForNobody ? {} : { role: orgRoleName(role) }) }
}
