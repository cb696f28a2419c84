import { CompiledQuery, type Kysely } from 'kysely'
import type { Db } from './create-database.ts'
import { readMigrations, type Migration } from './migration-files.ts'
import { messageOf } from './node-errors.ts'
import { quoteIdent } from './sql-text.ts'
import { StartRefused } from './start-refused.ts'

interface Applied {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

const LEDGER = 'schema_migrations'
const LOCK = `hashtext('hearth.migrate'), hashtext(current_schema())`

function ledgerDdl(ledger: string): string {
  return `CREATE TABLE IF NOT EXISTS ${ledger} (
    version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_time timestamptz NOT NULL DEFAULT now())`
}

export interface MigrateOptions {
  /** Table that records what was applied; a library that brings tables of its own has its own. Default `schema_migrations`. */
  readonly ledger?: string
}

/**
 * Brings the service's schema up to date and returns the names it applied. Several processes may call it at once: one works, the
 * others wait. Throws StartRefused for a schema that a newer program made, and for migrations that were edited or slipped in between.
 */
export async function migrate<Tables>(db: Pick<Db<Tables>, 'kysely' | 'schema'>, folder: URL, options: MigrateOptions = {}): Promise<string[]> {
  const known = await readMigrations(folder)
  const ledger = quoteIdent(options.ledger ?? LEDGER)
  return db.kysely.connection().execute(async (connection) => {
    const sql = runnerOf(connection)
    await sql(`SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(${LOCK})`)
    try {
      await sql(ledgerDdl(ledger))
      const applied = await sql<Applied>(`SELECT version, name, checksum FROM ${ledger} ORDER BY version`)
      const pending = pendingMigrations(db.schema, known, applied)
      for (const migration of pending) await apply(sql, { schema: db.schema, ledger }, migration)
      return pending.map((one) => one.name)
    } finally {
      await sql(`SELECT pg_advisory_unlock(${LOCK}); RESET statement_timeout; RESET lock_timeout`)
    }
  })
}

/** What is still to be applied; throws StartRefused when the recorded history is not a beginning of ours. */
export function pendingMigrations(schema: string, known: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const newest = known.at(-1)?.version ?? 0
  const newer = applied.find((one) => one.version > newest)
  if (newer !== undefined) {
    throw new StartRefused(`the database schema "${schema}" is newer than this program: it has migration ${newer.name}, this program knows up to ${newest}; start the newer program`)
  }
  for (const one of applied) {
    const mine = known.find((migration) => migration.version === one.version)
    if (mine === undefined) throw new StartRefused(`the database schema "${schema}" has migration ${one.name}, which this program does not know`)
    if (mine.checksum !== one.checksum) throw new StartRefused(`migration ${one.name} of the schema "${schema}" was applied with another text than this program has`)
  }
  const last = applied.at(-1)
  const pending = known.filter((migration) => !applied.some((one) => one.version === migration.version))
  const late = pending.find((migration) => last !== undefined && migration.version < last.version)
  if (late !== undefined) throw new StartRefused(`migration ${late.name} of the schema "${schema}" is new, but ${last?.name ?? ''} was applied already; give it a higher number`)
  return pending
}

type Sql = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>

function runnerOf<Tables>(connection: Kysely<Tables>): Sql {
  return async <Row>(text: string, values: readonly unknown[] = []) =>
    (await connection.executeQuery<Row>(CompiledQuery.raw(text, [...values]) as CompiledQuery<Row>)).rows
}

async function apply(sql: Sql, target: { readonly schema: string; readonly ledger: string }, migration: Migration): Promise<void> {
  const record = (): Promise<unknown[]> => sql(`INSERT INTO ${target.ledger} (version, name, checksum) VALUES ($1, $2, $3)`, [migration.version, migration.name, migration.checksum])
  try {
    if (migration.isTransactional) await sql('BEGIN')
    await sql(migration.sql)
    await record()
    if (migration.isTransactional) await sql('COMMIT')
  } catch (error) {
    if (migration.isTransactional) await sql('ROLLBACK').catch(() => undefined)
    throw new Error(`migration ${migration.name} of the schema "${target.schema}" failed: ${messageOf(error)}`, { cause: error })
  }
}
