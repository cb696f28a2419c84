import type { ErrorReason } from '@hearth/errors'
import { z } from 'zod'
import { accessToken, adminUser, auditEntry, orgRole } from '../entities.ts'
import { route, type ExampleRequest } from '../route.ts'
import { accountName, acknowledged, count, flag, text } from '../schemas.ts'
import { mintedToken, newToken } from './tokens.ts'

const SINCE = '0.1.0'
const PERMISSION = 'hub.administer'
const params = z.object({ name: accountName })
const empty = { kind: 'json', schema: acknowledged } as const
const REFUSALS = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'] as const satisfies readonly ErrorReason[]
const NOBODY = '/api/admin/users/nobody-here'

const newUser = z.looseObject({
  name: accountName, fullname: z.string().max(200).nullish(), email: z.string().max(320).nullish(), password: z.string().max(1024).nullish(), isAdmin: z.boolean().nullish(),
})
const newOrg = z.looseObject({
  name: accountName, fullname: z.string().max(200).nullish(), defaultVisibility: z.enum(['public', 'private']).nullish(), admin: accountName.nullish(),
})
const userDetails = adminUser.extend({ orgs: z.array(z.object({ _id: z.string(), name: z.string(), fullname: z.string(), role: orgRole })), tokens: z.array(accessToken) })
const password = z.looseObject({ password: z.string().max(1024).nullish() }).nullish()

/** For admins of the hub. */
export const ADMIN_ROUTES = {
  adminListUsers: route({
    id: 'adminListUsers', method: 'GET', path: '/api/admin/users', summary: 'Users, by page', query: z.looseObject({ search: text, suspended: flag, limit: count, cursor: text }),
    response: { kind: 'json', schema: z.array(adminUser) }, errors: REFUSALS, permission: PERMISSION, since: SINCE,
    example: () => ({ path: '/api/admin/users?limit=5' }),
  }),
  adminCreateUser: route({
    id: 'adminCreateUser', method: 'POST', path: '/api/admin/users', summary: 'Creates a user', body: { kind: 'json', schema: newUser },
    response: { kind: 'json', schema: adminUser }, errors: [...REFUSALS, 'ALREADY_EXISTS', 'INVALID_ARGUMENT'], permission: PERMISSION, since: SINCE,
    example: ({ freshName }) => json('/api/admin/users', { name: freshName }),
  }),
  adminGetUser: route({
    id: 'adminGetUser', method: 'GET', path: '/api/admin/users/{name}', summary: 'A user with organisations and tokens', params,
    response: { kind: 'json', schema: userDetails }, errors: REFUSALS, permission: PERMISSION, since: SINCE,
    example: () => ({ path: NOBODY }),
  }),
  adminRemoveUser: route({
    id: 'adminRemoveUser', method: 'DELETE', path: '/api/admin/users/{name}', summary: 'Removes a user who owns no repos', params,
    response: empty, errors: [...REFUSALS, 'IN_USE'], permission: PERMISSION, since: SINCE,
    example: () => ({ path: NOBODY }),
  }),
  adminSuspendUser: route({
    id: 'adminSuspendUser', method: 'POST', path: '/api/admin/users/{name}/suspend', summary: 'Stops a user\'s tokens and sessions', params,
    response: empty, errors: [...REFUSALS, 'IN_USE'], permission: PERMISSION, since: SINCE,
    example: () => json(`${NOBODY}/suspend`, {}),
  }),
  adminUnsuspendUser: route({
    id: 'adminUnsuspendUser', method: 'POST', path: '/api/admin/users/{name}/unsuspend', summary: 'Lets a suspended user in again', params,
    response: empty, errors: REFUSALS, permission: PERMISSION, since: SINCE,
    example: () => json(`${NOBODY}/unsuspend`, {}),
  }),
  adminResetPassword: route({
    id: 'adminResetPassword', method: 'POST', path: '/api/admin/users/{name}/password', summary: 'Sets a password, or makes one and tells it once', params, body: { kind: 'json', schema: password },
    response: { kind: 'json', schema: z.object({ password: z.string().optional() }) }, errors: [...REFUSALS, 'INVALID_ARGUMENT'], permission: PERMISSION, since: SINCE,
    example: () => json(`${NOBODY}/password`, {}),
  }),
  adminSetAdmin: route({
    id: 'adminSetAdmin', method: 'PUT', path: '/api/admin/users/{name}/admin', summary: 'Makes a user admin of the hub, or no longer', params,
    body: { kind: 'json', schema: z.looseObject({ isAdmin: z.boolean() }) }, response: empty, errors: [...REFUSALS, 'IN_USE'], permission: PERMISSION, since: SINCE,
    example: () => json(`${NOBODY}/admin`, { isAdmin: false }),
  }),
  adminMintToken: route({
    id: 'adminMintToken', method: 'POST', path: '/api/admin/users/{name}/tokens', summary: 'Makes an access token for a user; its value is in this answer only', params,
    body: { kind: 'json', schema: newToken }, response: { kind: 'json', schema: mintedToken }, errors: [...REFUSALS, 'INVALID_ARGUMENT', 'IN_USE'], permission: PERMISSION, since: SINCE,
    example: () => json(`${NOBODY}/tokens`, { displayName: 'machine', role: 'read' }),
  }),
  adminCreateOrganization: route({
    id: 'adminCreateOrganization', method: 'POST', path: '/api/admin/organizations', summary: 'Creates an organisation', body: { kind: 'json', schema: newOrg },
    response: { kind: 'json', schema: z.object({ _id: z.string(), name: z.string(), fullname: z.string(), defaultVisibility: z.enum(['public', 'private']) }) },
    errors: [...REFUSALS, 'ALREADY_EXISTS', 'INVALID_ARGUMENT'], permission: PERMISSION, since: SINCE,
    example: ({ freshName }) => json('/api/admin/organizations', { name: freshName }),
  }),
  adminRemoveOrganization: route({
    id: 'adminRemoveOrganization', method: 'DELETE', path: '/api/admin/organizations/{name}', summary: 'Removes an organisation that owns no repos', params,
    response: empty, errors: [...REFUSALS, 'IN_USE'], permission: PERMISSION, since: SINCE,
    example: () => ({ path: '/api/admin/organizations/nobody-here' }),
  }),
  adminListAudit: route({
    id: 'adminListAudit', method: 'GET', path: '/api/admin/audit-log', summary: 'Who did what to which account, newest first, by page',
    query: z.looseObject({ actor: text, target: text, action: text, limit: count, cursor: text }), response: { kind: 'json', schema: z.array(auditEntry) },
    errors: [...REFUSALS, 'INVALID_ARGUMENT'], permission: PERMISSION, since: SINCE,
    example: () => ({ path: '/api/admin/audit-log?limit=5' }),
  }),
}

function json(path: string, body: unknown): ExampleRequest {
  return { path, contentType: 'application/json', body: JSON.stringify(body) }
}
