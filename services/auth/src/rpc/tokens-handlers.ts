import type { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { ServiceHandlers } from '@hearth/rpc'
import { createToken, deleteExpiredTokens, deleteToken, listTokens, type TokenDeps } from '../domain/manage-tokens.ts'
import { originOf, parseNewToken, toTokenInfo } from './mapper.ts'

export function tokensHandlers(deps: TokenDeps): ServiceHandlers<TokensServiceService> {
  return {
    listTokens: async (_request, ctx) => ({ tokens: (await listTokens(deps, ctx.actor, ctx.signal)).map(toTokenInfo) }),
    createToken: async ({ token }, ctx) => {
      const minted = await createToken(deps, originOf(ctx), parseNewToken(token))
      return { token: toTokenInfo(minted.token), value: minted.value }
    },
    deleteToken: async ({ id }, ctx) => {
      await deleteToken(deps, originOf(ctx), id)
      return {}
    },
    deleteExpiredTokens: async (_request, ctx) => ({ deletedCount: await deleteExpiredTokens(deps, originOf(ctx)) }),
  }
}
