import type { Sha256 } from '@hearth/ids'
import type { ServiceSecretStore } from '../domain/ports.ts'

/** Service secrets in memory, for tests. */
export function createMemoryServiceSecretStore(): ServiceSecretStore {
  const known = new Map<string, readonly Sha256[]>()
  return {
    findServiceSecrets: (service) => Promise.resolve(known.get(service) ?? []),
    replaceServiceSecrets: (secrets) => {
      for (const [service, digests] of secrets) known.set(service, [...digests])
      return Promise.resolve()
    },
  }
}
