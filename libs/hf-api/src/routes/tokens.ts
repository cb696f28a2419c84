import { z } from 'zod'
import { accessToken, tokenRole } from '../entities.ts'
import { route } from '../route.ts'
import { acknowledged, flag, moment, objectId } from '../schemas.ts'

const SINCE = '0.1.0'

const scope = z.object({
  /** By name, or by the id that it had in an earlier answer. */
  entity: z.object({
    _id: objectId.nullish(), type: z.enum(['user', 'org', 'model', 'dataset', 'space'], { error: 'must be user, org, model, dataset or space' }), name: z.string().min(1).max(200).nullish(),
  }),
  permissions: z.array(z.string().max(100)).max(50),
})

/** A token as it is asked for, in the form in which whoami tells it. */
export const newToken = z.looseObject({
  displayName: z.string().min(1).max(200),
  role: tokenRole,
  expiresAt: moment.nullish(),
  fineGrained: z.object({ canReadGatedRepos: z.boolean().nullish(), global: z.array(z.string().max(100)).max(50).nullish(), scoped: z.array(scope).max(100).nullish() }).nullish(),
})

/** The only answer that ever holds the value. */
export const mintedToken = accessToken.extend({ value: z.string() })

export const TOKEN_ROUTES = {
  listTokens: route({
    id: 'listTokens', method: 'GET', path: '/api/settings/tokens', summary: 'The account\'s access tokens, without their values',
    response: { kind: 'json', schema: z.array(accessToken) }, errors: ['UNAUTHENTICATED', 'FORBIDDEN'], permission: 'user.readAccount', since: SINCE,
    example: () => ({ path: '/api/settings/tokens' }),
  }),
  createToken: route({
    id: 'createToken', method: 'POST', path: '/api/settings/tokens', summary: 'Makes an access token; its value is in this answer only', body: { kind: 'json', schema: newToken },
    response: { kind: 'json', schema: mintedToken }, errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'INVALID_ARGUMENT', 'IN_USE', 'NOT_FOUND'], permission: 'user.write', since: SINCE,
    example: ({ freshName }) => ({ path: '/api/settings/tokens', contentType: 'application/json', body: JSON.stringify({ displayName: freshName, role: 'read' }) }),
  }),
  deleteToken: route({
    id: 'deleteToken', method: 'DELETE', path: '/api/settings/tokens/{id}', summary: 'Revokes an access token; every token may revoke itself', params: z.object({ id: objectId }),
    response: { kind: 'json', schema: acknowledged }, errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'], permission: 'user.write', since: SINCE,
    example: () => ({ path: `/api/settings/tokens/${'0'.repeat(24)}` }),
  }),
  deleteExpiredTokens: route({
    id: 'deleteExpiredTokens', method: 'DELETE', path: '/api/settings/tokens', summary: 'Deletes the account\'s expired tokens', query: z.looseObject({ expired: flag }),
    response: { kind: 'json', schema: z.object({ deleted: z.number() }) }, errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'INVALID_ARGUMENT'], permission: 'user.write', since: SINCE,
    example: () => ({ path: '/api/settings/tokens?expired=true' }),
  }),
}
