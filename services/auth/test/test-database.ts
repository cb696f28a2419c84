import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, ensureServiceSchemas, migrate, SILENT_LOG, startPostgres, withClient, type Db, type Postgres } from '@hearth/db'

const MIGRATIONS = new URL('../src/stores/migrations/', import.meta.url)

/** A throw-away server; each `open` gives an own, migrated database. */
export interface TestServer extends AsyncDisposable {
  open(): Promise<Db>
}

export async function startTestServer(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-auth-'))
  const postgres = await startPostgres({ dataDir, log: SILENT_LOG, isDurable: false })
  return {
    open: () => openDatabase(postgres),
    [Symbol.asyncDispose]: async () => {
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function openDatabase(postgres: Postgres): Promise<Db> {
  const database = `test_${randomBytes(6).toString('hex')}`
  await withClient(postgres.connection(), (client) => client.query(`CREATE DATABASE ${database}`))
  await ensureServiceSchemas(postgres.connection(undefined, database), [{ schema: 'auth', role: 'hearth_auth' }])
  const db = createDatabase({ connection: postgres.connection('hearth_auth', database), schema: 'auth', poolSize: 4 })
  await migrate(db, MIGRATIONS)
  return db
}
