import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { mapPgError } from './pg-errors.ts'

/** Names of prepared statements by their text, so that Kysely's and our own calls share the plans of a connection. */
export type StatementNames = Map<string, string>

/** The pool as Kysely sees it: connection losses are typed, statements with a name are prepared once per connection. */
export function checkedPool(pool: Pool, names: StatementNames): PostgresPool {
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>()
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect().catch((error: unknown) => { throw mapPgError(error) })
    const known = wrapped.get(client) ?? checkedClient(client, names)
    wrapped.set(client, known)
    return known
  }
  return { connect, end: () => pool.end(), options: pool.options }
}

function checkedClient(client: PoolClient, names: StatementNames): PostgresPoolClient {
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    const name = names.get(text)
    try {
      return await client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) })
    } catch (error) {
      throw mapPgError(error)
    }
  }
  const pid: unknown = Reflect.get(client, 'processID')
  const release = (destroy?: boolean): void => client.release(destroy)
  return { query, release, ...(typeof pid === 'number' ? { processID: pid } : {}) } as PostgresPoolClient
}
