import { createHash, randomBytes } from 'node:crypto'
import { createDatabase, ensureServiceSchemas, migrate, quoteIdent, readMigrations, withClient, type Db, type PgConnection } from '@hearth/db'
import { testConnection, testServer, type TestServer } from './test-server.ts'

export interface TestSchema {
  readonly schema: string
  /** Default `hearth_<schema>`. */
  readonly role?: string
  /** Folder of `NNNN_name.sql` files. */
  readonly migrations?: URL
}

export interface TestDatabaseOptions extends TestSchema {
  readonly extensions?: readonly string[]
  /** Schemas of other services in the same database. */
  readonly others?: readonly TestSchema[]
  readonly poolSize?: number
}

/** A migrated database of its own for one test or test file; it is dropped behind the test's back. */
export interface TestDatabase<Tables> extends AsyncDisposable {
  readonly db: Db<Tables>
  /** Login as the superuser, or as `role`. */
  connection(role?: string): PgConnection
  /** Another service's, or a second pool of the same service; closed with this one. */
  open<Other = unknown>(schema: string, poolSize?: number): Db<Other>
}

const TEMPLATE_LOCK = 7_310_579_402_114_002n

/** Clones a migrated template (made once per run and set of migrations). */
export async function createTestDatabase<Tables = unknown>(options: TestDatabaseOptions): Promise<TestDatabase<Tables>> {
  const server = await testServer()
  const template = await ensureTemplate(server, options)
  const name = `test_${randomBytes(8).toString('hex')}`
  await withClient(testConnection(server, 'postgres'), (client) => client.query(`CREATE DATABASE ${quoteIdent(name)} TEMPLATE ${quoteIdent(template)}`))
  const opened: Db<never>[] = []
  const open = <Other>(schema: string, poolSize = options.poolSize ?? 4): Db<Other> => {
    const role = [options, ...(options.others ?? [])].find((one) => one.schema === schema)
    const db = createDatabase<Other>({ connection: testConnection(server, name, roleOf(role ?? { schema })), schema, poolSize })
    opened.push(db as unknown as Db<never>)
    return db
  }
  return {
    db: open<Tables>(options.schema),
    connection: (role) => testConnection(server, name, role),
    open,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((db) => db.close()))
      void dropLater(server, name)
    },
  }
}

function roleOf(schema: TestSchema): string {
  return schema.role ?? `hearth_${schema.schema}`
}

/** Nobody waits for it, and a server that is gone already has dropped it anyway. */
async function dropLater(server: TestServer, name: string): Promise<void> {
  const drop = `DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`
  await withClient(testConnection(server, 'postgres'), (client) => client.query(drop)).catch(() => undefined)
}

async function ensureTemplate(server: TestServer, options: TestDatabaseOptions): Promise<string> {
  const schemas = [options, ...(options.others ?? [])]
  const name = `template_${await digestOf(schemas, options.extensions ?? [])}`
  return withClient(testConnection(server, 'postgres'), async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK.toString()])
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount !== 0) return name
    const making = quoteIdent(`${name}_making`)
    await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${making}`)
    await fillTemplate(server, `${name}_making`, options)
    await client.query(`ALTER DATABASE ${making} RENAME TO ${quoteIdent(name)}`)
    return name
  })
}

async function fillTemplate(server: TestServer, database: string, options: TestDatabaseOptions): Promise<void> {
  const schemas = [options, ...(options.others ?? [])]
  const wanted = schemas.map((one) => ({ schema: one.schema, role: roleOf(one) }))
  await ensureServiceSchemas(testConnection(server, database), wanted, { extensions: options.extensions ?? [] })
  for (const one of schemas) {
    if (one.migrations === undefined) continue
    await using db = createDatabase({ connection: testConnection(server, database, roleOf(one)), schema: one.schema, poolSize: 1 })
    await migrate(db, one.migrations)
  }
}

async function digestOf(schemas: readonly TestSchema[], extensions: readonly string[]): Promise<string> {
  const parts = await Promise.all(schemas.map(async (one) => {
    const checksums = one.migrations === undefined ? [] : (await readMigrations(one.migrations)).map((migration) => migration.checksum)
    return [one.schema, roleOf(one), ...checksums]
  }))
  return createHash('sha256').update(JSON.stringify([parts, extensions])).digest('hex').slice(0, 20)
}
