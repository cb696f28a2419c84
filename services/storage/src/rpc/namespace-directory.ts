import { NamespaceKind, Visibility, type AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import type { ServiceClient } from '@hearth/rpc'
import type { NamespaceDirectory } from '../domain/ports.ts'

/** Users and organisations as auth knows them, asked on the caller's behalf. */
export function createNamespaceDirectory(accounts: ServiceClient<typeof AccountsServiceService>): NamespaceDirectory {
  return {
    async findNamespace(name, { actorToken, requestId, signal }) {
      const { namespaces } = await accounts.batchGetNamespaces({ names: [name], ids: [] }, { actorToken, requestId, signal })
      const [found] = namespaces
      if (found === undefined) return undefined
      return { id: found.id, name: found.name, defaultVisibility: found.defaultVisibility === Visibility.VISIBILITY_PRIVATE ? 'private' : 'public' }
    },
    async findUser(name, { actorToken, requestId, signal }) {
      const { namespaces } = await accounts.batchGetNamespaces({ names: [name], ids: [] }, { actorToken, requestId, signal })
      const found = namespaces.find(({ kind }) => kind === NamespaceKind.NAMESPACE_KIND_USER)
      return found === undefined ? undefined : { id: found.id, name: found.name, fullName: found.fullName, email: undefined }
    },
    async readCaller({ actorToken, requestId, signal }) {
      const { id, name, fullName, email } = await accounts.getIdentity({}, { actorToken, requestId, signal })
      return { id, name, fullName, email }
    },
  }
}
