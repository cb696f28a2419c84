import type { Client } from 'pg'
import type { PgTarget } from './connection.ts'
import { withClient } from './ensure-database.ts'
import { SILENT_LOG, type DbLog } from './log.ts'
import { codeOf } from './node-errors.ts'
import { quoteIdent, quoteLiteral } from './sql-text.ts'
import { StartRefused } from './start-refused.ts'

export interface ServiceSchema {
  readonly schema: string
  readonly role: string
}

export interface PreparedSchema {
  readonly schema: string
  /** undefined when the server does not let us make roles: the login itself owns the schema then. */
  readonly role: string | undefined
}

export interface SchemaOptions {
  /** Extensions that migrations rely on; they are put into `public`. */
  readonly extensions?: readonly string[]
  readonly log?: DbLog
}

/** Any 64-bit number; the same for all programs that prepare one database. */
const BOOTSTRAP_LOCK = 7_310_579_402_114_001n
/** xid8 and its functions came with 13; older than 14 gets no more fixes. */
const OLDEST_SERVER = 14
const INSUFFICIENT_PRIVILEGE = '42501'

/**
 * Makes each service's schema and role, so that no service reaches another one's tables. Idempotent; safe when several do it at
 * once. Throws StartRefused for a server that cannot be reached or is too old.
 */
export async function ensureServiceSchemas(admin: PgTarget, services: readonly ServiceSchema[], options: SchemaOptions = {}): Promise<PreparedSchema[]> {
  return withClient(admin, async (client) => {
    await requireVersion(client)
    await client.query('SELECT pg_advisory_lock($1)', [BOOTSTRAP_LOCK.toString()])
    for (const extension of options.extensions ?? []) await client.query(`CREATE EXTENSION IF NOT EXISTS ${quoteIdent(extension)} SCHEMA public`)
    const prepared: PreparedSchema[] = []
    for (const service of services) prepared.push(await ensureOne(client, service, options.log ?? SILENT_LOG))
    return prepared
  })
}

async function requireVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string; number: number }>(`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number`)
  const found = rows[0]
  if (found === undefined || found.number < OLDEST_SERVER * 10_000) throw new StartRefused(`the database server is PostgreSQL ${found?.version ?? 'unknown'}; Hearth needs ${OLDEST_SERVER} or newer`)
}

async function ensureOne(client: Client, service: ServiceSchema, log: DbLog): Promise<PreparedSchema> {
  const schema = quoteIdent(service.schema)
  try {
    await ensureRole(client, service)
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error
    log.warn({ evt: 'db.no-roles', schema: service.schema }, 'the database login may not create roles: services share it')
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    return { schema: service.schema, role: undefined }
  }
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${quoteIdent(service.role)}`)
  return { schema: service.schema, role: service.role }
}

/** A login without a password: only the embedded server's private socket lets it in; elsewhere the admin login switches to it. */
async function ensureRole(client: Client, service: ServiceSchema): Promise<void> {
  const role = quoteIdent(service.role)
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [service.role])
  if (found.rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`)
  const { rows } = await client.query<{ isMember: boolean; database: string }>(
    `SELECT pg_has_role(current_user, $1, 'MEMBER') AS "isMember", current_database() AS database`, [service.role])
  if (rows[0]?.isMember !== true) await client.query(`GRANT ${role} TO CURRENT_USER`)
  const database = rows[0]?.database ?? ''
  await client.query(`GRANT CONNECT ON DATABASE ${quoteIdent(database)} TO ${role}`)
  await client.query(`ALTER ROLE ${role} IN DATABASE ${quoteIdent(database)} SET search_path TO ${quoteLiteral(service.schema)}, public`)
}
