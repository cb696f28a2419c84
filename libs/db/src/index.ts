export { StartRefused } from './start-refused.ts'
export { lockDataFolder, type DataFolderLock } from './data-folder-lock.ts'
export { startPostgres, POSTGRES_DATABASE, POSTGRES_SUPERUSER, type Postgres, type PostgresOptions } from './postgres/start-postgres.ts'
export type { PgConnection, PgTarget } from './connection.ts'
export {
  createDatabase, type DatabaseOptions, type Db, type Queryable, type SqlRunner, type Statement, type TransactionOptions, type Tx, type TxRunner,
} from './create-database.ts'
export type { Subscription } from './listen.ts'
export { ensureDatabase, withClient } from './ensure-database.ts'
export { ensureServiceSchemas, type PreparedSchema, type SchemaOptions, type ServiceSchema } from './service-schemas.ts'
export { migrate } from './migrate.ts'
export { isForeignKeyViolation, isRetryable, isUniqueViolation, mapPgError } from './pg-errors.ts'
export { quoteIdent, toJsonb } from './sql-text.ts'
export { SILENT_LOG, type DbLog } from './log.ts'
