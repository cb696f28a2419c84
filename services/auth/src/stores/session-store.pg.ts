import type { Db } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import type { WebSession } from '../domain/account.ts'
import type { NewSession, SessionStore } from '../domain/ports.ts'
import { auditOriginOf } from '../domain/audit.ts'
import { orgsOf } from './account-queries.pg.ts'
import { toCredentialOwner, type CredentialRow } from './account-rows.pg.ts'
import { appendAudit } from './audit-log.pg.ts'

/** $1: folded name. */
const FIND_OWNER = {
  name: 'auth_find_password_owner',
  text: `SELECT a.id, a.name, u.password_hash, u.suspended_time IS NOT NULL AS is_suspended
  FROM accounts a JOIN users u ON u.account_id = a.id WHERE a.name_key = $1`,
}

/** Locks the user: a change of the password that is under way ends the session, or the session is not begun. */
const ADD = {
  text: `WITH owner AS (SELECT account_id FROM users WHERE account_id = $2 AND password_hash = $8 AND suspended_time IS NULL FOR SHARE)
  INSERT INTO web_sessions (id, user_id, sha256, create_time, last_seen_time, expire_time, user_agent, client_address)
  SELECT $1, account_id, $3, $4, $4, $5, $6, $7 FROM owner`,
}

/** $1: digests, $2: milliseconds without use after which a session ends. */
const FIND = {
  name: 'auth_find_sessions',
  text: `SELECT s.sha256, s.id AS credential_id, 'write' AS role, NULL AS scopes, LEAST(s.expire_time, s.last_seen_time + $2 * interval '1 millisecond') AS expire_time,
    a.id AS user_id, a.name AS user_name, u.is_admin, u.suspended_time IS NOT NULL AS is_suspended,
    ${orgsOf(`'id', o.id, 'name', o.name, 'role', m.role`)} AS orgs
  FROM web_sessions s JOIN users u ON u.account_id = s.user_id JOIN accounts a ON a.id = s.user_id WHERE s.sha256 = ANY ($1::text[])`,
}

/** $1: user, $2: as above, $3: now. */
const LIST = {
  name: 'auth_list_sessions',
  text: `SELECT id, create_time, last_seen_time, expire_time, user_agent, client_address FROM web_sessions
  WHERE user_id = $1 AND expire_time > $3 AND last_seen_time + $2 * interval '1 millisecond' > $3 ORDER BY last_seen_time DESC, id DESC LIMIT 1000`,
}

interface SessionRow {
  readonly id: ObjectId
  readonly create_time: Date
  readonly last_seen_time: Date
  readonly expire_time: Date
  readonly user_agent: string | null
  readonly client_address: string | null
}

/** Web sessions in PostgreSQL. */
export function createPgSessionStore(db: Db): SessionStore {
  return {
    findPasswordOwner: async (name) => {
      const [row] = await db.query<{ id: ObjectId; name: string; password_hash: string | null; is_suspended: boolean }>({ ...FIND_OWNER, values: [name] })
      return row === undefined ? undefined : { userId: row.id, userName: row.name, passwordHash: row.password_hash ?? undefined, isSuspended: row.is_suspended }
    },
    addSession: (session, passwordHash, origin) => db.transaction(async (tx) => {
      if ((await tx.run({ ...ADD, values: sessionValues(session, passwordHash) })) === 0) return false
      const details = session.clientAddress === undefined ? {} : { address: session.clientAddress }
      const act = { action: 'session.create', target: { kind: 'session', id: session.id, name: session.userName }, details } as const
      await appendAudit(tx, [act], auditOriginOf(origin))
      return true
    }),
    findSessions: async (sessions, idleMs) =>
      (await db.query<CredentialRow>({ ...FIND, values: [sessions, idleMs] })).map((row) => toCredentialOwner(row, true)),
    listSessions: async (userId, idleMs, nowMs) =>
      (await db.query<SessionRow>({ ...LIST, values: [userId, idleMs, new Date(nowMs)] })).map(toSession),
  }
}

function sessionValues(session: NewSession, passwordHash: string): unknown[] {
  const { id, userId, sha256, createMs, expireMs, userAgent, clientAddress } = session
  return [id, userId, sha256, new Date(createMs), new Date(expireMs), userAgent ?? null, clientAddress ?? null, passwordHash]
}

function toSession(row: SessionRow): WebSession {
  return {
    id: row.id, createMs: row.create_time.getTime(), lastSeenMs: row.last_seen_time.getTime(), expireMs: row.expire_time.getTime(),
    userAgent: row.user_agent ?? undefined, clientAddress: row.client_address ?? undefined,
  }
}
