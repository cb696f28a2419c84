import { z } from 'zod'
import { organizationOverview, userOverview, whoami } from '../entities.ts'
import { route } from '../route.ts'
import { accountName } from '../schemas.ts'

const SINCE = '0.1.0'
const params = z.object({ name: accountName })

export const ACCOUNT_ROUTES = {
  whoami: route({
    id: 'whoami', method: 'GET', path: '/api/whoami-v2', summary: 'The calling user and its token', response: { kind: 'json', schema: whoami }, errors: ['UNAUTHENTICATED'],
    permission: 'user', since: SINCE,
    example: () => ({ path: '/api/whoami-v2' }),
  }),
  userOverview: route({
    id: 'userOverview', method: 'GET', path: '/api/users/{name}/overview', summary: 'A user in short', params,
    response: { kind: 'json', schema: userOverview }, errors: ['NOT_FOUND'], permission: 'public', since: SINCE,
    example: () => ({ path: '/api/users/nobody-here/overview' }),
  }),
  organizationOverview: route({
    id: 'organizationOverview', method: 'GET', path: '/api/organizations/{name}/overview', summary: 'An organisation in short', params,
    response: { kind: 'json', schema: organizationOverview }, errors: ['NOT_FOUND'], permission: 'public', since: SINCE,
    example: ({ namespace }) => ({ path: `/api/organizations/${namespace}/overview` }),
  }),
}
