import type { MembersServiceService } from '@hearth/proto/auth/v1/members'
import type { ServiceHandlers } from '@hearth/rpc'
import { removeMember, setMember, type MemberDeps } from '../domain/manage-members.ts'
import { originOf, parseOrgRole } from './mapper.ts'

export function membersHandlers(deps: MemberDeps): ServiceHandlers<MembersServiceService> {
  return {
    setMember: async ({ org, user, role }, ctx) => {
      const { userId, name, isNew } = await setMember(deps, originOf(ctx), { org, user, role: parseOrgRole(role) })
      return { userId, name, role, isNew }
    },
    removeMember: async ({ org, user }, ctx) => {
      await removeMember(deps, originOf(ctx), { org, user })
      return {}
    },
  }
}
