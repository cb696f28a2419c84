import type { AdminServiceService, AuditEntry as WireEntry, User } from '@hearth/proto/auth/v1/admin'
import type { ServiceHandlers } from '@hearth/rpc'
import type { UserRecord } from '../domain/account.ts'
import type { AdminDeps } from '../domain/admin-context.ts'
import type { AuditEntry } from '../domain/audit.ts'
import { getUser, listAuditEntries, listUsers } from '../domain/list-accounts.ts'
import { createOrg, removeOrg } from '../domain/manage-orgs.ts'
import { createUser, mintToken, removeUser, resetPassword, setAdmin, suspendUser, unsuspendUser } from '../domain/manage-users.ts'
import type { AuditLog } from '../domain/ports.ts'
import { originOf, parseNewToken, parsePage, parseVisibility, toMembership, toNamespace, toTime, toTokenInfo } from './mapper.ts'

export function adminHandlers(deps: AdminDeps & { readonly audit: AuditLog }): ServiceHandlers<AdminServiceService> {
  return { ...userHandlers(deps), ...userChangeHandlers(deps), ...orgHandlers(deps), ...auditHandlers(deps.audit) }
}

function userHandlers(deps: AdminDeps): Pick<ServiceHandlers<AdminServiceService>, 'createUser' | 'listUsers' | 'getUser' | 'mintToken'> {
  return {
    createUser: async (request, ctx) => {
      const { name, fullName, email, password, isAdmin } = request
      return { user: toUser(await createUser(deps, originOf(ctx), { name, fullName, email, password, isAdmin })) }
    },
    listUsers: async ({ page, search, suspended }, ctx) => {
      const { rows, nextPageToken } = await listUsers(deps, ctx.actor, { ...parsePage(page), search, isSuspended: suspended }, ctx.signal)
      return { users: rows.map(toUser), page: { nextPageToken } }
    },
    getUser: async ({ name }, ctx) => {
      const { user, profile, tokens } = await getUser(deps, ctx.actor, name, ctx.signal)
      return { user: toUser(user), memberships: profile.memberships.map(toMembership), tokens: tokens.map(toTokenInfo) }
    },
    mintToken: async ({ name, token }, ctx) => {
      const minted = await mintToken(deps, originOf(ctx), name, parseNewToken(token))
      return { token: toTokenInfo(minted.token), value: minted.value }
    },
  }
}

function userChangeHandlers(deps: AdminDeps): Pick<ServiceHandlers<AdminServiceService>, 'suspendUser' | 'unsuspendUser' | 'removeUser' | 'resetPassword' | 'setAdmin'> {
  return {
    suspendUser: async ({ name }, ctx) => {
      await suspendUser(deps, originOf(ctx), name)
      return {}
    },
    unsuspendUser: async ({ name }, ctx) => {
      await unsuspendUser(deps, originOf(ctx), name)
      return {}
    },
    removeUser: async ({ name }, ctx) => {
      await removeUser(deps, originOf(ctx), name, ctx.signal)
      return {}
    },
    resetPassword: async ({ name, password }, ctx) => ({ generatedPassword: await resetPassword(deps, originOf(ctx), { name, password }) }),
    setAdmin: async (request, ctx) => {
      await setAdmin(deps, originOf(ctx), request)
      return {}
    },
  }
}

function orgHandlers(deps: AdminDeps): Pick<ServiceHandlers<AdminServiceService>, 'createOrg' | 'removeOrg'> {
  return {
    createOrg: async ({ name, fullName, defaultVisibility, admin }, ctx) =>
      ({ org: toNamespace(await createOrg(deps, originOf(ctx), { name, fullName, admin, defaultVisibility: parseVisibility(defaultVisibility) })) }),
    removeOrg: async ({ name }, ctx) => {
      await removeOrg(deps, originOf(ctx), name, ctx.signal)
      return {}
    },
  }
}

function auditHandlers(audit: AuditLog): Pick<ServiceHandlers<AdminServiceService>, 'listAuditEntries'> {
  return {
    listAuditEntries: async ({ page, actor, target, action }, ctx) => {
      const { rows, nextPageToken } = await listAuditEntries(audit, ctx.actor, { ...parsePage(page), actor, target, action }, ctx.signal)
      return { entries: rows.map(toEntry), page: { nextPageToken } }
    },
  }
}

function toUser(user: UserRecord): User {
  return {
    id: user.id, name: user.name, fullName: user.fullName, email: user.email, isAdmin: user.isAdmin, hasPassword: user.hasPassword,
    createTime: new Date(user.createMs), suspendedTime: toTime(user.suspendMs),
  }
}

function toEntry(entry: AuditEntry): WireEntry {
  const { actor, target } = entry
  return {
    id: BigInt(entry.id), time: new Date(entry.timeMs), action: entry.action, requestId: entry.requestId, details: { ...entry.details },
    actorKind: actor.kind, actorId: actor.id, actorName: actor.name, credentialId: actor.credentialId,
    targetKind: target.kind, targetId: target.id, targetName: target.name,
  }
}
