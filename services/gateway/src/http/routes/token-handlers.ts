import { HearthError } from '@hearth/errors'
import { json, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { toAccessToken, toNewToken } from '../mappers/access-token.ts'
import { required } from '../mappers/required.ts'
import { findScopeId, findScopeNames } from '../scope-names.ts'

/** No cache on the way may keep the one answer that holds a value. */
export const UNCACHED = { 'cache-control': 'no-store' }

export function createTokenHandlers(deps: HttpDeps): Pick<Handlers, 'listTokens' | 'createToken' | 'deleteToken' | 'deleteExpiredTokens'> {
  const { tokens } = deps
  return {
    async listTokens(_input, call) {
      const found = await tokens.listTokens({}, call.rpc)
      const names = await findScopeNames(deps, found.tokens, call)
      return json(found.tokens.map((token) => toAccessToken(token, names)))
    },
    async createToken({ body }, call) {
      const { token, value } = await tokens.createToken({ token: await toNewToken(body, (scope) => findScopeId(deps, scope, call)) }, call.rpc)
      const made = required(token, 'the token')
      return json({ ...toAccessToken(made, await findScopeNames(deps, [made], call)), value }, UNCACHED)
    },
    async deleteToken({ params }, call) {
      await tokens.deleteToken({ id: params.id }, call.rpc)
      return json({})
    },
    async deleteExpiredTokens({ query }, call) {
      if (query.expired !== true) throw new HearthError('INVALID_ARGUMENT', 'expired=true is needed: only expired tokens are deleted together')
      return json({ deleted: (await tokens.deleteExpiredTokens({}, call.rpc)).deletedCount })
    },
  }
}
