import { createDatabase, ensureServiceSchemas, lockDataFolder, startPostgres, type Db, type DbLog, type PgTarget } from '@hearth/db'
import type { CommonConfig } from '@hearth/config'

const SCHEMAS = [{ schema: 'auth', role: 'hearth_auth' }, { schema: 'storage', role: 'hearth_storage' }] as const
const EXTENSIONS = ['pg_trgm']
const POOL_SIZE = 6

export interface Databases extends AsyncDisposable {
  readonly auth: Db
  readonly storage: Db
}

/** Locks the data folder, starts the embedded server unless a database is given, and opens each service's own schema. */
export async function openDatabases(common: CommonConfig, log: DbLog): Promise<Databases> {
  await using undo = new AsyncDisposableStack()
  const lock = undo.use(await lockDataFolder(common.dataDir))
  const postgres = common.databaseUrl === undefined ? undo.use(await startPostgres({ dataDir: common.dataDir, lock, log })) : undefined
  const admin: PgTarget = common.databaseUrl ?? postgres?.connection() ?? ''
  const prepared = await ensureServiceSchemas(admin, SCHEMAS, { extensions: EXTENSIONS, log })
  const open = (schema: string): Db => {
    const role = prepared.find((one) => one.schema === schema)?.role
    const target = postgres === undefined ? { connection: admin, role } : { connection: postgres.connection(role) }
    return undo.use(createDatabase({ ...target, schema, poolSize: POOL_SIZE, log }))
  }
  const [auth, storage] = [open('auth'), open('storage')]
  const resources = undo.move()
  return { auth, storage, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
