import { z } from 'zod'
import { whoami } from '../entities.ts'
import { route } from '../route.ts'

const SINCE = '0.1.0'
const name = z.object({ name: z.string().min(1).max(96) })

export const ACCOUNT_ROUTES = {
  whoami: route({
    id: 'whoami', method: 'GET', path: '/api/whoami-v2', summary: 'The calling user and its token', response: { kind: 'json', schema: whoami }, errors: ['UNAUTHENTICATED'],
    permission: 'user', since: SINCE,
    example: () => ({ path: '/api/whoami-v2' }),
  }),
  userOverview: route({
    id: 'userOverview', method: 'GET', path: '/api/users/{name}/overview', summary: 'A user in short', params: name,
    response: { kind: 'json', schema: z.looseObject({ _id: z.string(), user: z.string(), fullname: z.string(), type: z.literal('user') }) }, errors: ['NOT_FOUND'],
    permission: 'public', since: SINCE,
    example: () => ({ path: '/api/users/nobody-here/overview' }),
  }),
  organizationOverview: route({
    id: 'organizationOverview', method: 'GET', path: '/api/organizations/{name}/overview', summary: 'An organisation in short', params: name,
    response: { kind: 'json', schema: z.looseObject({ _id: z.string(), name: z.string(), fullname: z.string(), type: z.literal('org') }) }, errors: ['NOT_FOUND'],
    permission: 'public', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/organizations/${namespace}/overview` }),
  }),
}
