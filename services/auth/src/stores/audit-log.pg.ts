import { toJsonb, type Db, type SqlRunner } from '@hearth/db'
import { isFirstDelivery } from '@hearth/events'
import { auditOriginOf, type AuditAct, type AuditActor, type AuditEntry, type AuditOrigin, type AuditTarget } from '../domain/audit.ts'
import type { AuditLog, AuditQuery } from '../domain/ports.ts'

interface EntryRow {
  readonly id: number
  readonly time: Date
  readonly actor_kind: AuditActor['kind']
  readonly actor_id: string | null
  readonly actor_name: string | null
  readonly credential_id: string | null
  readonly action: string
  readonly target_kind: AuditTarget['kind']
  readonly target_id: string
  readonly target_name: string
  readonly request_id: string
  readonly details: Readonly<Record<string, string>>
}

const INSERT = {
  name: 'audit_append',
  text: `INSERT INTO audit_log (actor_kind, actor_id, actor_name, credential_id, request_id, time, action, target_kind, target_id, target_name, details)
  SELECT $1, $2, $3, $4, $5, coalesce($11::timestamptz, now()), action, target_kind, target_id, target_name, details
  FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[]) WITH ORDINALITY AS act (action, target_kind, target_id, target_name, details, n) ORDER BY n`,
}

/** In the transaction of what it tells about. */
export async function appendAudit(tx: SqlRunner, acts: readonly AuditAct[], origin: AuditOrigin): Promise<void> {
  if (acts.length === 0) return
  await tx.run({
    ...INSERT,
    values: [
      ...originValues(origin), acts.map(({ action }) => action), acts.map(({ target }) => target.kind), acts.map(({ target }) => target.id),
      acts.map(({ target }) => target.name), acts.map(({ details }) => toJsonb(details)), origin.timeMs === undefined ? null : new Date(origin.timeMs),
    ],
  })
}

/** Kind, id and name of the actor, its credential, the request. */
export function originValues({ actor, requestId }: AuditOrigin): readonly (string | null)[] {
  const { kind, id, name, credentialId } = actor
  return [kind, id ?? null, name ?? null, credentialId ?? null, requestId]
}

export function createPgAuditLog(db: Db): AuditLog {
  return {
    append: (act, origin) => appendAudit(db, [act], auditOriginOf(origin)),
    appendOnce: (told) => db.transaction(async (tx) => {
      if (await isFirstDelivery(tx, told.consumer, told.eventId)) await appendAudit(tx, [told.act], told)
    }),
    list: async (query) => (await db.query<EntryRow>(listStatement(query))).map(toEntry),
  }
}

function listStatement({ actor, target, action, beforeId, limit }: AuditQuery): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where = [
    ...(actor === undefined ? [] : [`lower(actor_name) = ${bind(actor)}`]),
    ...(target === undefined ? [] : [`lower(target_name) = ${bind(target)}`]),
    ...(action === undefined ? [] : [`(action = ${bind(action)} OR action LIKE ${bind(`${action}.%`)})`]),
    ...(beforeId === undefined ? [] : [`id < ${bind(beforeId)}`]),
  ]
  const text = `SELECT id, time, actor_kind, actor_id, actor_name, credential_id, action, target_kind, target_id, target_name, request_id, details
  FROM audit_log ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY id DESC LIMIT ${bind(limit)}`
  return { text, values }
}

function toEntry(row: EntryRow): AuditEntry {
  return {
    id: row.id, timeMs: row.time.getTime(), action: row.action, requestId: row.request_id, details: row.details,
    actor: { kind: row.actor_kind, id: row.actor_id ?? undefined, name: row.actor_name ?? undefined, credentialId: row.credential_id ?? undefined },
    target: { kind: row.target_kind, id: row.target_id, name: row.target_name },
  }
}
