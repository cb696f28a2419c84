import { z } from 'zod'
import { organizationMember, orgRole } from '../entities.ts'
import { route, type ExampleRequest } from '../route.ts'
import { accountName, acknowledged, count, text } from '../schemas.ts'

const SINCE = '0.1.0'
const memberParams = z.object({ name: accountName, user: accountName })
const roleBody = z.looseObject({ role: orgRole })
const changed = z.object({ _id: z.string(), user: z.string(), role: orgRole, isNew: z.boolean() })

export const MEMBER_ROUTES = {
  listMembers: route({
    id: 'listMembers', method: 'GET', path: '/api/organizations/{name}/members', summary: 'Members of an organisation, by page', params: z.object({ name: accountName }),
    query: z.looseObject({ limit: count, cursor: text }), response: { kind: 'json', schema: z.array(organizationMember) }, errors: ['NOT_FOUND'], permission: 'public', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/organizations/${namespace}/members` }),
  }),
  setMember: route({
    id: 'setMember', method: 'PUT', path: '/api/organizations/{name}/members/{user}', summary: 'Adds a member, or changes the role', params: memberParams,
    body: { kind: 'json', schema: roleBody }, response: { kind: 'json', schema: changed }, errors: ['NOT_FOUND', 'FORBIDDEN', 'IN_USE'], permission: 'org.administer', since: SINCE,
    example: ({ namespace }) => role(`/api/organizations/${namespace}/members/nobody-here`),
  }),
  removeMember: route({
    id: 'removeMember', method: 'DELETE', path: '/api/organizations/{name}/members/{user}', summary: 'Takes a member out; members may leave by themselves', params: memberParams,
    response: { kind: 'json', schema: acknowledged }, errors: ['NOT_FOUND', 'FORBIDDEN', 'IN_USE'], permission: 'org.administer', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/organizations/${namespace}/members/nobody-here` }),
  }),
  adminSetMember: route({
    id: 'adminSetMember', method: 'PUT', path: '/api/admin/organizations/{name}/members/{user}', summary: 'The same, beside the other routes of administration', params: memberParams,
    body: { kind: 'json', schema: roleBody }, response: { kind: 'json', schema: changed }, errors: ['NOT_FOUND', 'FORBIDDEN', 'IN_USE'], permission: 'org.administer', since: SINCE,
    example: ({ namespace }) => role(`/api/admin/organizations/${namespace}/members/nobody-here`),
  }),
  adminRemoveMember: route({
    id: 'adminRemoveMember', method: 'DELETE', path: '/api/admin/organizations/{name}/members/{user}', summary: 'The same, beside the other routes of administration', params: memberParams,
    response: { kind: 'json', schema: acknowledged }, errors: ['NOT_FOUND', 'FORBIDDEN', 'IN_USE'], permission: 'org.administer', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/admin/organizations/${namespace}/members/nobody-here` }),
  }),
}

function role(path: string): ExampleRequest {
  return { path, contentType: 'application/json', body: '{"role":"read"}' }
}
