import type { Actor } from '@hearth/authz'
import type { CallRecord } from './server-core.ts'

/** The part of a logger that the access log uses. */
export interface CallLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * An `onCall` that writes one line per call: INTERNAL as an error with its cause, everything else at `level`. Failures of
 * other reasons are the caller's or already told in the line; their stacks are not worth keeping.
 */
export function logCalls(log: CallLog, level: 'info' | 'debug' = 'info'): (record: CallRecord) => void {
  return ({ path, requestId, actor, outcome, durationMs, error }) => {
    const fields = { evt: 'rpc.call', rpc: path, outcome, ms: Math.round(durationMs * 10) / 10, req_id: requestId, actor: actorLabel(actor) }
    if (outcome === 'INTERNAL') log.error({ ...fields, err: error }, 'rpc failed')
    else log[level](fields, 'rpc')
  }
}

/** Who asked, as log lines name it. */
export function actorLabel(actor: Actor): string {
  switch (actor.kind) {
    case 'anonymous': return 'anonymous'
    case 'service': return `service:${actor.name}`
    case 'user': return actor.name
  }
}
