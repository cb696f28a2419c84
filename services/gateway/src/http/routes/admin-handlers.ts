import type { AdminUser, AuditEntry } from '@hearth/hf-api'
import { Visibility } from '@hearth/proto/auth/v1/accounts'
import type { AuditEntry as EntryRow, User } from '@hearth/proto/auth/v1/admin'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toAccessToken, toNewToken } from '../mappers/access-token.ts'
import { orgRoleName } from '../mappers/account-roles.ts'
import { required } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'
import { findScopeId, findScopeNames } from '../scope-names.ts'
import { UNCACHED } from './token-handlers.ts'

type AdminHandlers = Pick<Handlers, Extract<keyof Handlers, `admin${string}`>>
type UserHandlers = Pick<AdminHandlers, 'adminListUsers' | 'adminCreateUser' | 'adminGetUser' | 'adminMintToken' | 'adminResetPassword'>
type ChangeHandlers = Pick<AdminHandlers, 'adminRemoveUser' | 'adminSuspendUser' | 'adminUnsuspendUser' | 'adminSetAdmin'>
type OrgHandlers = Pick<AdminHandlers, 'adminCreateOrganization' | 'adminRemoveOrganization' | 'adminListAudit'>

export function createAdminHandlers(deps: HttpDeps): UserHandlers & ChangeHandlers & OrgHandlers {
  return { ...userHandlers(deps), ...changeHandlers(deps), ...orgHandlers(deps) }
}

function userHandlers(deps: HttpDeps): UserHandlers {
  const { admin } = deps
  return {
    async adminListUsers({ query }, call) {
      const { users, page } = await admin.listUsers({ search: query.search, suspended: query.suspended, page: { pageSize: query.limit, pageToken: query.cursor } }, call.rpc)
      return json(users.map(toAdminUser), linkHeader(call, page))
    },
    async adminCreateUser({ body }, call) {
      const { name, fullname, email, password, isAdmin } = body
      const { user } = await admin.createUser({ name, fullName: fullname ?? undefined, email: email ?? undefined, password: password ?? undefined, isAdmin: isAdmin ?? false }, call.rpc)
      return json(toAdminUser(required(user, 'the user')))
    },
    async adminGetUser({ params }, call) {
      const { user, memberships, tokens } = await admin.getUser({ name: params.name }, call.rpc)
      const names = await findScopeNames(deps, tokens, call)
      return json({
        ...toAdminUser(required(user, 'the user')), tokens: tokens.map((token) => toAccessToken(token, names)),
        orgs: memberships.map((org) => ({ _id: org.orgId, name: org.orgName, fullname: org.orgFullName, role: orgRoleName(org.role) })),
      })
    },
    async adminMintToken({ params, body }, call) {
      // Nobody learns from a refusal what its scopes name.
      await admin.getUser({ name: params.name }, call.rpc)
      const { token, value } = await admin.mintToken({ name: params.name, token: await toNewToken(body, (scope) => findScopeId(deps, scope, call)) }, call.rpc)
      const made = required(token, 'the token')
      return json({ ...toAccessToken(made, await findScopeNames(deps, [made], call)), value }, UNCACHED)
    },
    async adminResetPassword({ params, body }, call) {
      const { generatedPassword } = await admin.resetPassword({ name: params.name, password: body?.password ?? undefined }, call.rpc)
      return json(generatedPassword === undefined ? {} : { password: generatedPassword }, UNCACHED)
    },
  }
}

function changeHandlers({ admin }: HttpDeps): ChangeHandlers {
  type Method = 'removeUser' | 'suspendUser' | 'unsuspendUser'
  const change = (method: Method) => async ({ params }: { readonly params: { readonly name: string } }, call: Call): Promise<Answer<Record<string, unknown>>> => {
    await admin[method]({ name: params.name }, call.rpc)
    return json({})
  }
  return {
    adminRemoveUser: change('removeUser'),
    adminSuspendUser: change('suspendUser'),
    adminUnsuspendUser: change('unsuspendUser'),
    async adminSetAdmin({ params, body }, call) {
      await admin.setAdmin({ name: params.name, isAdmin: body.isAdmin }, call.rpc)
      return json({})
    },
  }
}

function orgHandlers({ admin }: HttpDeps): OrgHandlers {
  return {
    async adminCreateOrganization({ body }, call) {
      const defaultVisibility = body.defaultVisibility === 'private' ? Visibility.VISIBILITY_PRIVATE : Visibility.VISIBILITY_PUBLIC
      const { org } = await admin.createOrg({ name: body.name, fullName: body.fullname ?? undefined, defaultVisibility, admin: body.admin ?? undefined }, call.rpc)
      const { id, name, fullName } = required(org, 'the organisation')
      return json({ _id: id, name, fullname: fullName, defaultVisibility: body.defaultVisibility ?? 'public' })
    },
    async adminRemoveOrganization({ params }, call) {
      await admin.removeOrg({ name: params.name }, call.rpc)
      return json({})
    },
    async adminListAudit({ query }, call) {
      const { actor, target, action, limit, cursor } = query
      const { entries, page } = await admin.listAuditEntries({ actor, target, action, page: { pageSize: limit, pageToken: cursor } }, call.rpc)
      return json(entries.map(toAuditEntry), linkHeader(call, page))
    },
  }
}

function toAdminUser(user: User): AdminUser {
  return {
    _id: user.id, user: user.name, fullname: user.fullName, ...(user.email === undefined ? {} : { email: user.email }), isAdmin: user.isAdmin,
    hasPassword: user.hasPassword, createdAt: required(user.createTime, 'the time of a user').toISOString(),
    ...(user.suspendedTime === undefined ? {} : { suspendedAt: user.suspendedTime.toISOString() }),
  }
}

function toAuditEntry(entry: EntryRow): AuditEntry {
  const { actorId, actorName, credentialId } = entry
  return {
    id: Number(entry.id), time: required(entry.time, 'the time of an entry').toISOString(), action: entry.action, requestId: entry.requestId, details: entry.details,
    actor: {
      kind: entry.actorKind, ...(actorId === undefined ? {} : { _id: actorId }), ...(actorName === undefined ? {} : { name: actorName }),
      ...(credentialId === undefined ? {} : { credentialId }),
    },
    target: { kind: entry.targetKind, _id: entry.targetId, name: entry.targetName },
  }
}
