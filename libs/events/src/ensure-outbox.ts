import { migrate, type Db } from '@hearth/db'

const MIGRATIONS = new URL('./migrations/', import.meta.url)

/** Makes the tables of outbox, consumers and inbox in the service's schema. Called at start, after the service's own migrations. */
export async function ensureOutbox<Tables>(db: Pick<Db<Tables>, 'kysely' | 'schema'>): Promise<void> {
  await migrate(db, MIGRATIONS, { ledger: 'outbox_migrations' })
}
