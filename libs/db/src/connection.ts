import type { PoolConfig } from 'pg'

/** Where a database is and who logs in. `host` is a name, an address or the folder of a unix socket. */
export interface PgConnection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

/** A PostgreSQL URL, or the parts. */
export type PgTarget = string | PgConnection

export function toPgConfig(target: PgTarget): PoolConfig {
  return typeof target === 'string' ? { connectionString: target } : { ...target }
}
