import { toJsonb, type SqlRunner, type TxRunner } from '@hearth/db'
import { isSubject } from './subject.ts'

/** NOTIFY channel of a schema's outbox. */
export function outboxChannel(schema: string): string {
  return `hearth_outbox_${schema}`
}

/** The same notification twice in one transaction is sent once, and only when it commits. */
const INSERT = {
  name: 'outbox_append',
  text: `WITH added AS (INSERT INTO outbox (subject, payload) VALUES ($1, $2) RETURNING id)
         SELECT id, pg_notify('hearth_outbox_' || current_schema(), '') FROM added`,
}

/** Records an event in the transaction of the change that it tells about; returns the event's id. */
export async function appendOutbox(tx: TxRunner, subject: string, payload: object): Promise<string> {
  if (!isSubject(subject)) throw new TypeError(`a subject is hearth.<service>.v1.<noun>.<past tense>, not ${subject}`)
  const [row] = await tx.query<{ id: string }>({ ...INSERT, values: [subject, toJsonb(payload)] })
  if (row === undefined) throw new Error('the outbox row was not written')
  return row.id
}

/**
 * True the first time this consumer sees the event; the answer is part of the transaction, so a handler that fails
 * afterwards will see it as new again.
 */
export async function isFirstDelivery(tx: TxRunner, consumer: string, eventId: string): Promise<boolean> {
  const text = 'INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING'
  return (await tx.run({ name: 'inbox_add', text, values: [consumer, eventId] })) === 1
}

/**
 * After a restore into another cluster, transaction ids of old rows may lie in the future: such rows would never be passed.
 * A row that we can see has a finished transaction, so one at or beyond the snapshot's end is foreign; its consumers begin anew.
 */
export async function adoptForeignRows(sql: SqlRunner): Promise<void> {
  await sql.run({ text: `UPDATE outbox_consumers SET xid = '0', position = 0 WHERE xid > pg_snapshot_xmax(pg_current_snapshot())` })
  await sql.run({ text: `UPDATE outbox SET xid = '1' WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())` })
}
