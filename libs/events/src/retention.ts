import type { SqlRunner } from '@hearth/db'

const KEEP_MS = 24 * 3_600_000
/** A consumer that was removed from the program must not keep rows for ever. */
const KEEP_AT_MOST_MS = 7 * KEEP_MS
const BATCH_ROWS = 5_000

export interface RetentionTimes {
  /** Kept at least this long, so that events can be sent again. Default a day. */
  readonly keepMs?: number
  /** Deleted at this age even when a consumer has not seen them. Default a week. */
  readonly keepAtMostMs?: number
}

/** Deletes old events that every consumer has passed, and old inbox rows. Returns how many events went. */
export async function deleteOldEvents(sql: SqlRunner, times: RetentionTimes = {}): Promise<number> {
  const keepMs = times.keepMs ?? KEEP_MS
  const keepAtMostMs = times.keepAtMostMs ?? KEEP_AT_MOST_MS
  const text = `DELETE FROM outbox WHERE (xid, position) IN (
    SELECT o.xid, o.position FROM outbox o WHERE o.created_time < now() - $1 * interval '1 millisecond'
      AND (o.created_time < now() - $2 * interval '1 millisecond'
        OR (NOT EXISTS (SELECT 1 FROM outbox_consumers c WHERE (c.xid, c.position) < (o.xid, o.position))
          AND NOT EXISTS (SELECT 1 FROM outbox_redeliveries r WHERE r.xid = o.xid AND r.position = o.position AND NOT r.is_dead)))
    LIMIT $3)`
  let total = 0
  for (let deleted = BATCH_ROWS; deleted === BATCH_ROWS;) {
    deleted = await sql.run({ text, values: [keepMs, keepAtMostMs, BATCH_ROWS] })
    total += deleted
  }
  await sql.run({ text: `DELETE FROM inbox WHERE handled_time < now() - $1 * interval '1 millisecond'`, values: [keepAtMostMs] })
  return total
}
