import type { SqlRunner } from '@hearth/db'
import type { HearthEvent } from './event-bus.ts'
import type { OutboxDb } from './outbox-db.ts'

/** A place in one service's outbox: everything up to and including it is done. */
export interface Cursor {
  /** xid8 as text. */
  readonly xid: string
  readonly position: number
}

/** A reader's place. Events that `begin` (a pg_snapshot as text) shows came before the reader and are not its business. */
export interface Place extends Cursor {
  readonly begin: string | null
}

export const OLDEST: Place = { xid: '0', position: 0, begin: null }

export interface OutboxRow extends Cursor {
  readonly event: HearthEvent
}

interface RawRow {
  readonly xid: string
  readonly position: number
  readonly id: string
  readonly subject: string
  readonly payload: unknown
  readonly created_time: Date
  readonly attempts?: number
}

const COLUMNS = 'o.xid::text AS xid, o.position, o.id, o.subject, o.payload, o.created_time'

/** The next rows in order that nothing still running can precede. */
export async function readNext(sql: SqlRunner, after: Place, limit: number): Promise<OutboxRow[]> {
  const text = `SELECT ${COLUMNS} FROM outbox o WHERE (o.xid, o.position) > ($1::xid8, $2::bigint)
    AND o.xid < pg_snapshot_xmin(pg_current_snapshot())
    AND ($4::pg_snapshot IS NULL OR NOT pg_visible_in_snapshot(o.xid, $4::pg_snapshot)) ORDER BY o.xid, o.position LIMIT $3`
  const rows = await sql.query<RawRow>({ name: 'outbox_next', text, values: [after.xid, after.position, limit, after.begin] })
  return rows.map((row) => toOutboxRow(row, 1))
}

/** Committed rows that must wait for an older transaction to end. */
export async function hasHeldBackRows(sql: SqlRunner): Promise<boolean> {
  const text = 'SELECT EXISTS (SELECT 1 FROM outbox WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) AS held'
  return (await sql.query<{ held: boolean }>({ name: 'outbox_held', text }))[0]?.held === true
}

/** The place of a reader that wants only what has not happened yet. */
export async function placeNow(sql: SqlRunner): Promise<Place> {
  const text = 'SELECT pg_snapshot_xmin(now.s)::text AS xid, now.s::text AS begin FROM (SELECT pg_current_snapshot() AS s) now'
  const [row] = await sql.query<{ xid: string; begin: string }>({ text })
  return row === undefined ? OLDEST : { xid: row.xid, position: 0, begin: row.begin }
}

/** Failed events of a consumer that are due, oldest first; `isForced` does not wait for their time. */
export async function readDue(sql: SqlRunner, consumer: string, isForced: boolean, limit: number): Promise<OutboxRow[]> {
  const text = `SELECT ${COLUMNS}, r.attempts FROM outbox_redeliveries r JOIN outbox o ON o.xid = r.xid AND o.position = r.position
    WHERE r.consumer = $1 AND NOT r.is_dead AND (r.next_time <= now() OR $2) ORDER BY r.next_time LIMIT $3`
  const rows = await sql.query<RawRow>({ name: 'outbox_due', text, values: [consumer, isForced, limit] })
  return rows.map((row) => toOutboxRow(row, (row.attempts ?? 0) + 1))
}

/** Milliseconds until the next failed event is due; undefined when there is none. */
export async function msUntilDue(sql: SqlRunner, consumer: string): Promise<number | undefined> {
  const text = `SELECT GREATEST(0, extract(epoch FROM min(next_time) - now()) * 1000)::float8 AS ms FROM outbox_redeliveries WHERE consumer = $1 AND NOT is_dead`
  return (await sql.query<{ ms: number | null }>({ name: 'outbox_until_due', text, values: [consumer] }))[0]?.ms ?? undefined
}

/** The consumer's place, recorded at `start` when it is new. */
export async function loadPlace(sql: SqlRunner, consumer: string, start: Place): Promise<Place> {
  const text = 'INSERT INTO outbox_consumers (name, xid, position, begin) VALUES ($1, $2::xid8, $3, $4::pg_snapshot) ON CONFLICT (name) DO NOTHING'
  await sql.run({ text, values: [consumer, start.xid, start.position, start.begin] })
  const [row] = await sql.query<Place>({ text: 'SELECT xid::text AS xid, position, begin::text AS begin FROM outbox_consumers WHERE name = $1', values: [consumer] })
  return row ?? start
}

export interface FailedDelivery {
  readonly row: OutboxRow
  readonly retryInMs: number
  readonly isDead: boolean
  readonly error: string
}

export interface BatchResult {
  readonly consumer: string
  /** undefined when only redeliveries were handled. */
  readonly cursor: Cursor | undefined
  readonly handledAgain: readonly Cursor[]
  readonly failed: readonly FailedDelivery[]
}

/** Records what became of a batch, at once: a crash before it repeats the batch, never skips it. */
export async function saveBatch(db: Pick<OutboxDb, 'transaction'>, result: BatchResult): Promise<void> {
  await db.transaction(async (tx) => {
    if (result.cursor !== undefined) {
      const text = `UPDATE outbox_consumers SET xid = $2::xid8, position = $3, updated_time = now() WHERE name = $1 AND (xid, position) < ($2::xid8, $3::bigint)`
      await tx.run({ name: 'outbox_advance', text, values: [result.consumer, result.cursor.xid, result.cursor.position] })
    }
    for (const done of result.handledAgain) {
      const text = 'DELETE FROM outbox_redeliveries WHERE consumer = $1 AND xid = $2::xid8 AND position = $3'
      await tx.run({ name: 'outbox_redelivered', text, values: [result.consumer, done.xid, done.position] })
    }
    for (const failed of result.failed) await recordFailure(tx, result.consumer, failed)
  })
}

async function recordFailure(sql: SqlRunner, consumer: string, failed: FailedDelivery): Promise<void> {
  const text = `INSERT INTO outbox_redeliveries (consumer, xid, position, attempts, next_time, last_error, is_dead)
    VALUES ($1, $2::xid8, $3, $4, now() + $5 * interval '1 millisecond', $6, $7)
    ON CONFLICT (consumer, xid, position) DO UPDATE SET attempts = excluded.attempts, next_time = excluded.next_time,
      last_error = excluded.last_error, is_dead = excluded.is_dead`
  const { row } = failed
  await sql.run({ name: 'outbox_failed', text, values: [consumer, row.xid, row.position, row.event.attempt, failed.retryInMs, failed.error.slice(0, 500), failed.isDead] })
}

function toOutboxRow(row: RawRow, attempt: number): OutboxRow {
  return {
    xid: row.xid,
    position: row.position,
    event: { id: row.id, subject: row.subject, payload: row.payload, time: row.created_time, attempt },
  }
}
