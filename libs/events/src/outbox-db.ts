import type { Session, SessionOptions, SqlRunner, TxRunner } from '@hearth/db'

/** The part of a service's `Db` that events need, whatever its tables are. */
export interface OutboxDb extends SqlRunner {
  readonly schema: string
  transaction<T>(fn: (tx: TxRunner) => Promise<T>): Promise<T>
  openSession(options: SessionOptions): Promise<Session>
}
