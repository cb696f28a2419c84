import type { Db } from '@hearth/db'
import type { CredentialUpkeep, CredentialUse } from '../domain/ports.ts'
import { auditOriginOf } from '../domain/audit.ts'
import { originValues } from './audit-log.pg.ts'

/** $1: ids, $2: times. Rows in order of their ids, so that two writers never wait for each other in a ring. */
function touchStatement(table: string, column: string): string {
  return `WITH used AS (SELECT id, max(time) AS time FROM unnest($1::text[], $2::timestamptz[]) AS u (id, time) GROUP BY id),
    locked AS (SELECT t.id, used.time FROM ${table} t JOIN used USING (id) WHERE t.${column} IS NULL OR t.${column} < used.time ORDER BY t.id FOR UPDATE OF t)
  UPDATE ${table} t SET ${column} = locked.time FROM locked WHERE t.id = locked.id`
}

const TOUCH_TOKENS = { name: 'auth_touch_tokens', text: touchStatement('access_tokens', 'last_used_time') }
const TOUCH_SESSIONS = { name: 'auth_touch_sessions', text: touchStatement('web_sessions', 'last_seen_time') }

/** $1..$5: who deletes; $6: expired before. Each with its entry in the audit log. */
const DELETE_TOKENS = {
  text: `WITH gone AS (DELETE FROM access_tokens t USING accounts a WHERE a.id = t.user_id AND t.expire_time < $6
    RETURNING t.id, t.display_name, t.user_id, a.name, t.expire_time)
  INSERT INTO audit_log (actor_kind, actor_id, actor_name, credential_id, request_id, action, target_kind, target_id, target_name, details)
  SELECT $1, $2, $3, $4, $5, 'token.expire', 'token', id, name, jsonb_build_object('token', display_name, 'userId', user_id) FROM gone`,
}

const DELETE_SESSIONS = { text: 'DELETE FROM web_sessions WHERE expire_time < $1 OR last_seen_time < $2' }

/** Book-keeping of tokens and sessions in PostgreSQL. */
export function createPgCredentialUpkeep(db: Db): CredentialUpkeep {
  const touch = async (statement: { readonly name: string; readonly text: string }, uses: readonly CredentialUse[]): Promise<void> => {
    if (uses.length > 0) await db.run({ ...statement, values: [uses.map(({ id }) => id), uses.map(({ usedMs }) => new Date(usedMs))] })
  }
  return {
    recordUses: async (uses) => {
      await touch(TOUCH_TOKENS, uses.filter(({ isSession }) => !isSession))
      await touch(TOUCH_SESSIONS, uses.filter(({ isSession }) => isSession))
    },
    deleteStale: async (before, origin) => {
      const tokens = await db.run({ ...DELETE_TOKENS, values: [...originValues(auditOriginOf(origin)), new Date(before.tokensMs)] })
      const sessions = await db.run({ ...DELETE_SESSIONS, values: [new Date(before.sessionsMs), new Date(before.unusedSessionsMs)] })
      return tokens + sessions
    },
  }
}
