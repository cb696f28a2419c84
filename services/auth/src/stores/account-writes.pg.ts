import { toJsonb, type SqlRunner } from '@hearth/db'
import type { AccountWrite } from '../domain/account-write.ts'

type WriteOf<K extends AccountWrite['kind']> = Extract<AccountWrite, { kind: K }>

/** One write of a change, in its transaction. Throws when it does not change exactly what it names. */
export async function applyWrite(tx: SqlRunner, write: AccountWrite): Promise<void> {
  switch (write.kind) {
    case 'createUser': return createUser(tx, write)
    case 'createOrg': return createOrg(tx, write)
    case 'setPassword': return exactlyOne(tx, 'UPDATE users SET password_hash = $2 WHERE account_id = $1', [write.userId, write.passwordHash])
    case 'setAdmin': return exactlyOne(tx, 'UPDATE users SET is_admin = $2 WHERE account_id = $1', [write.userId, write.isAdmin])
    case 'setSuspended': return exactlyOne(tx, 'UPDATE users SET suspended_time = $2 WHERE account_id = $1', [write.userId, timeOf(write.suspendMs)])
    case 'removeUser': return removeUser(tx, write)
    case 'removeOrg': return removeOrg(tx, write)
    case 'addMember':
      return exactlyOne(tx, 'INSERT INTO members (org_id, user_id, role, create_time) VALUES ($1, $2, $3, $4)',
        [write.orgId, write.userId, write.role, new Date(write.createMs)])
    case 'setMemberRole':
      return exactlyOne(tx, 'UPDATE members SET role = $3 WHERE org_id = $1 AND user_id = $2', [write.orgId, write.userId, write.role])
    case 'removeMember': return exactlyOne(tx, 'DELETE FROM members WHERE org_id = $1 AND user_id = $2', [write.orgId, write.userId])
    case 'addToken': return addToken(tx, write)
    case 'removeToken': return exactlyOne(tx, 'DELETE FROM access_tokens WHERE id = $1 AND user_id = $2', [write.tokenId, write.userId])
    case 'endSession': return any(tx, 'DELETE FROM web_sessions WHERE id = $1 AND user_id = $2', [write.sessionId, write.userId])
    case 'endSessions': return any(tx, 'DELETE FROM web_sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2', [write.userId, write.exceptId ?? null])
  }
}

async function createUser(tx: SqlRunner, write: WriteOf<'createUser'>): Promise<void> {
  await insertAccount(tx, write, 'user')
  await exactlyOne(tx, 'INSERT INTO users (account_id, email, is_admin, password_hash) VALUES ($1, $2, $3, $4)',
    [write.id, write.email ?? null, write.isAdmin, write.passwordHash ?? null])
}

async function createOrg(tx: SqlRunner, write: WriteOf<'createOrg'>): Promise<void> {
  await insertAccount(tx, write, 'org')
  await exactlyOne(tx, 'INSERT INTO organisations (account_id, default_visibility) VALUES ($1, $2)', [write.id, write.defaultVisibility])
}

async function removeUser(tx: SqlRunner, { userId }: WriteOf<'removeUser'>): Promise<void> {
  for (const table of ['web_sessions', 'access_tokens', 'members']) await any(tx, `DELETE FROM ${table} WHERE user_id = $1`, [userId])
  await exactlyOne(tx, 'DELETE FROM users WHERE account_id = $1', [userId])
  await exactlyOne(tx, 'DELETE FROM accounts WHERE id = $1', [userId])
}

async function removeOrg(tx: SqlRunner, { orgId }: WriteOf<'removeOrg'>): Promise<void> {
  await any(tx, 'DELETE FROM members WHERE org_id = $1', [orgId])
  await exactlyOne(tx, 'DELETE FROM organisations WHERE account_id = $1', [orgId])
  await exactlyOne(tx, 'DELETE FROM accounts WHERE id = $1', [orgId])
}

function addToken(tx: SqlRunner, write: WriteOf<'addToken'>): Promise<void> {
  return exactlyOne(tx, 'INSERT INTO access_tokens (id, user_id, sha256, role, scopes, display_name, create_time, expire_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
    write.tokenId, write.userId, write.sha256, write.role, write.scopes === undefined ? null : toJsonb(write.scopes), write.displayName,
    new Date(write.createMs), timeOf(write.expireMs),
  ])
}

function insertAccount(tx: SqlRunner, write: { id: string; name: string; fullName: string; createMs: number }, kind: 'user' | 'org'): Promise<void> {
  return exactlyOne(tx, 'INSERT INTO accounts (id, kind, name, full_name, create_time) VALUES ($1, $2, $3, $4, $5)',
    [write.id, kind, write.name, write.fullName, new Date(write.createMs)])
}

function timeOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms)
}

async function exactlyOne(tx: SqlRunner, text: string, values: readonly unknown[]): Promise<void> {
  const count = await tx.run({ text, values })
  if (count !== 1) throw new Error(`${count} rows instead of one: ${text}`)
}

async function any(tx: SqlRunner, text: string, values: readonly unknown[]): Promise<void> {
  await tx.run({ text, values })
}
