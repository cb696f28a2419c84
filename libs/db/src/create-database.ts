import { setTimeout as delay } from 'node:timers/promises'
import { HearthError } from '@hearth/errors'
import { CompiledQuery, Kysely, PostgresDialect, type IsolationLevel } from 'kysely'
import { Pool, type PoolConfig } from 'pg'
import { checkedPool, type StatementNames } from './checked-pool.ts'
import { toPgConfig, type PgTarget } from './connection.ts'
import { SILENT_LOG, type DbLog } from './log.ts'
import { messageOf } from './node-errors.ts'
import { isRetryable } from './pg-errors.ts'
import { TYPES } from './pg-types.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

/** A statement with parameters. With `name` it is prepared once per connection: one name, one text, for ever. */
export interface Statement {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly name?: string
}

/** Runs hand-written SQL. */
export interface SqlRunner {
  /** The rows. */
  query<Row>(statement: Statement): Promise<Row[]>
  /** How many rows were inserted, updated or deleted. */
  run(statement: Statement): Promise<number>
}

/** What a store needs, in or out of a transaction. */
export interface Queryable<Tables> extends SqlRunner {
  readonly kysely: Kysely<Tables>
}

/** The inside of one transaction. */
export interface TxRunner extends SqlRunner {
  readonly isTransaction: true
}
export interface Tx<Tables> extends Queryable<Tables>, TxRunner {
  readonly isTransaction: true
}

export interface TransactionOptions {
  /** How often in all to try when PostgreSQL reports a serialization failure or a deadlock; `fn` must bear being run again. Default 1. */
  readonly attempts?: number
  readonly isolation?: IsolationLevel
}

/** One service's database: its schema, its role, its pool. */
export interface Db<Tables = unknown> extends Queryable<Tables>, AsyncDisposable {
  readonly schema: string
  transaction<T>(fn: (tx: Tx<Tables>) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** A connection of its own outside the pool, for LISTEN and session locks; closed by whoever opened it. */
  openSession(options: SessionOptions): Promise<Session>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly connection: PgTarget
  readonly schema: string
  /** Role to switch to after login; leave out when the login is the role. */
  readonly role?: string | undefined
  readonly poolSize?: number
  readonly statementTimeoutMs?: number
  readonly log?: DbLog
}

const DEFAULT_POOL_SIZE = 8
const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000
const LOCK_TIMEOUT_MS = 15_000
const IDLE_IN_TRANSACTION_MS = 60_000
const CONNECT_TIMEOUT_MS = 10_000
const IDLE_CONNECTION_MS = 30_000
const RETRY_PAUSE_MS = 20
const IDENTIFIER = /^[a-z_][a-z0-9_]*$/

/** Connects lazily: nothing is opened until the first statement. Lost connections surface as HearthError UNAVAILABLE. */
export function createDatabase<Tables = unknown>(options: DatabaseOptions): Db<Tables> {
  const log = options.log ?? SILENT_LOG
  const config = poolConfig(options)
  const pool = new Pool(config)
  // Without a listener of its own a client that is in use would end the process when its connection breaks; the statement fails anyway.
  pool.on('connect', (client) => { client.on('error', () => undefined) })
  pool.on('error', (error) => log.warn({ evt: 'db.connection-lost', schema: options.schema, reason: messageOf(error) }, 'idle database connection lost'))
  const names: StatementNames = new Map()
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: checkedPool(pool, names) }) })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= pool.end())
  return {
    schema: options.schema,
    kysely,
    ...sqlRunner(kysely, names),
    transaction: (fn, how) => runTransaction(kysely, names, fn, how),
    openSession: (wanted) => openSession(config, wanted, log),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function poolConfig(options: DatabaseOptions): PoolConfig {
  const settings = [`search_path=${identifier(options.schema)},public`, ...(options.role === undefined ? [] : [`role=${identifier(options.role)}`])]
  return {
    ...toPgConfig(options.connection),
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    application_name: `hearth-${options.schema}`,
    statement_timeout: options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    keepAlive: true,
    types: TYPES,
  }
}

function identifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new TypeError(`not a schema or role name: ${name}`)
  return name
}

function sqlRunner(executor: Pick<Kysely<never>, 'executeQuery'>, names: StatementNames): SqlRunner {
  const compile = (statement: Statement): CompiledQuery => {
    if (statement.name !== undefined) names.set(statement.text, statement.name)
    return CompiledQuery.raw(statement.text, [...(statement.values ?? [])])
  }
  return {
    async query<Row>(statement: Statement): Promise<Row[]> {
      return (await executor.executeQuery<Row>(compile(statement) as CompiledQuery<Row>)).rows
    },
    async run(statement) {
      return Number((await executor.executeQuery(compile(statement))).numAffectedRows ?? 0n)
    },
  }
}

async function runTransaction<Tables, T>(
  kysely: Kysely<Tables>, names: StatementNames, fn: (tx: Tx<Tables>) => Promise<T>, options: TransactionOptions = {},
): Promise<T> {
  const begin = options.isolation === undefined ? kysely.transaction() : kysely.transaction().setIsolationLevel(options.isolation)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await begin.execute((tx) => fn({ kysely: tx, isTransaction: true, ...sqlRunner(tx, names) }))
    } catch (error) {
      if (!isRetryable(error)) throw error
      if (attempt >= (options.attempts ?? 1)) throw new HearthError('CONFLICT', 'the same data was changed at the same time, try again', { cause: error })
      await delay(RETRY_PAUSE_MS * attempt * (0.5 + Math.random()))
    }
  }
}
