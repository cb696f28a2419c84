import { SILENT_LOG, type DbLog, type SqlRunner } from '@hearth/db'
import { outboxChannel } from './append-outbox.ts'
import type { HearthEvent, Subscription } from './event-bus.ts'
import type { OutboxDb } from './outbox-db.ts'
import { Waker } from './waker.ts'

export interface RelayOptions {
  readonly db: OutboxDb
  /** Hands events to the broker, with `event.id` as message id; resolves when the broker has them. */
  readonly publish: (events: readonly HearthEvent[]) => Promise<void>
  readonly log?: DbLog
}

const BATCH_ROWS = 100
const POLL_MS = 1_000
const AFTER_ERROR_MS = 1_000

/** Moves events of a service's outbox to a broker; several relays share the work. A broker that is down only delays them. */
export async function startOutboxRelay(options: RelayOptions): Promise<Subscription & { drain(): Promise<void> }> {
  const waker = new Waker(() => relayAll(options))
  const session = await options.db.openSession({ channel: outboxChannel(options.db.schema), onHint: () => waker.wake() })
  waker.wake()
  const close = async (): Promise<void> => {
    await waker.close()
    await session.close()
  }
  return { close, drain: () => waker.exclusive(async () => { while ((await relayBatch(options)) > 0); }), [Symbol.asyncDispose]: close }
}

/** Marks events of the last `sinceMs` as unsent: the relay sends them again, for a broker that lost some. Returns how many. */
export async function resendSince(db: SqlRunner, sinceMs: number): Promise<number> {
  const text = `UPDATE outbox SET published_time = NULL WHERE published_time IS NOT NULL AND created_time > now() - $1 * interval '1 millisecond'`
  return db.run({ text, values: [sinceMs] })
}

async function relayAll(options: RelayOptions): Promise<number> {
  try {
    while ((await relayBatch(options)) === BATCH_ROWS);
    return POLL_MS
  } catch (error) {
    (options.log ?? SILENT_LOG).warn({ evt: 'events.relay-failed', schema: options.db.schema, err: error }, 'events cannot be sent, trying again')
    return AFTER_ERROR_MS
  }
}

interface UnsentRow { readonly xid: string; readonly position: number; readonly id: string; readonly subject: string; readonly payload: unknown; readonly created_time: Date }

/** Rows of open transactions are not visible yet, and each row is claimed by itself: there is no place in the stream to lose. */
async function relayBatch(options: RelayOptions): Promise<number> {
  return options.db.transaction(async (tx) => {
    const text = `SELECT xid::text AS xid, position, id, subject, payload, created_time FROM outbox WHERE published_time IS NULL
      ORDER BY xid, position LIMIT $1 FOR UPDATE SKIP LOCKED`
    const rows = await tx.query<UnsentRow>({ name: 'outbox_unsent', text, values: [BATCH_ROWS] })
    if (rows.length === 0) return 0
    await options.publish(rows.map((row) => ({ id: row.id, subject: row.subject, payload: row.payload, time: row.created_time, attempt: 1 })))
    const mark = `UPDATE outbox o SET published_time = now() FROM unnest($1::text[], $2::bigint[]) AS sent (xid, position)
      WHERE o.xid = sent.xid::xid8 AND o.position = sent.position`
    await tx.run({ name: 'outbox_sent', text: mark, values: [rows.map((row) => row.xid), rows.map((row) => row.position)] })
    return rows.length
  })
}
