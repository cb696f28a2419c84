import { Client } from 'pg'
import { toPgConfig, type PgTarget } from './connection.ts'
import { messageOf } from './node-errors.ts'
import { quoteIdent } from './sql-text.ts'
import { StartRefused } from './start-refused.ts'

/** Creates the database if it is missing. `admin` is a login to another database that may do so. */
export async function ensureDatabase(admin: PgTarget, name: string): Promise<void> {
  await withClient(admin, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${quoteIdent(name)}`)
  })
}

/** One connection for administrative statements, closed afterwards. Throws StartRefused when it cannot be made. */
export async function withClient<T>(target: PgTarget, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...toPgConfig(target), application_name: 'hearth-admin', connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw new StartRefused(`the database at ${client.host}:${client.port} cannot be used (user ${client.user ?? '?'}, database ${client.database ?? '?'}): ${messageOf(error)}`, { cause: error })
  }
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
