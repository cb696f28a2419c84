import { HearthError } from '@hearth/errors'
import { foldName } from '@hearth/ids'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { ServiceHandlers } from '@hearth/rpc'
import type { AccountStore } from '../domain/ports.ts'
import { toIdentity, toNamespace } from './mapper.ts'

const MAX_NAMESPACES = 1000

export function accountsHandlers(accounts: AccountStore): ServiceHandlers<AccountsServiceService> {
  return {
    getIdentity: async (_request, ctx) => {
      if (ctx.actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'this needs a user')
      const found = await accounts.findIdentity(ctx.actor.id, ctx.actor.token.id, ctx.signal)
      if (found === undefined) throw new HearthError('INVALID_CREDENTIALS', 'the user does not exist any more')
      return toIdentity(found.identity, found.token)
    },
    batchGetNamespaces: async ({ names, ids }, ctx) => {
      const count = names.length + ids.length
      if (count === 0 || count > MAX_NAMESPACES) throw new HearthError('INVALID_ARGUMENT', `1 to ${MAX_NAMESPACES} names and ids, please`)
      const namespaces = await accounts.findNamespaces({ names: names.map(foldName), ids }, ctx.signal)
      return { namespaces: namespaces.map(toNamespace) }
    },
  }
}
