import type { Db } from '@hearth/db'
import type { Sha256 } from '@hearth/ids'
import type { ServiceSecretStore } from '../domain/ports.ts'

/** Service secrets in PostgreSQL. */
export function createPgServiceSecretStore(db: Db): ServiceSecretStore {
  return {
    findServiceSecrets: async (service) =>
      (await db.query<{ sha256: Sha256 }>({ text: 'SELECT sha256 FROM service_secrets WHERE service = $1', values: [service] })).map(({ sha256 }) => sha256),
    replaceServiceSecrets: (secrets) => db.transaction(async (tx) => {
      for (const [service, digests] of secrets) {
        await tx.run({ text: 'DELETE FROM service_secrets WHERE service = $1 AND sha256 <> ALL ($2::text[])', values: [service, digests] })
        await tx.run({
          text: 'INSERT INTO service_secrets (service, sha256) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', values: [service, digests],
        })
      }
    }),
  }
}
