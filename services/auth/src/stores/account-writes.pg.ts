import type { SqlRunner } from '@hearth/db'
import type { AccountWrite } from '../domain/ports.ts'

/** One write of a change, in its transaction. Throws when it does not change exactly what it names. */
export async function applyWrite(tx: SqlRunner, write: AccountWrite): Promise<void> {
  switch (write.kind) {
    case 'createUser':
      await insertAccount(tx, write, 'user')
      return exactlyOne(tx, 'INSERT INTO users (account_id, email, is_admin, password_hash) VALUES ($1, $2, $3, $4)',
        [write.id, write.email ?? null, write.isAdmin, write.passwordHash ?? null])
    case 'createOrg':
      await insertAccount(tx, write, 'org')
      return exactlyOne(tx, 'INSERT INTO organisations (account_id, default_visibility) VALUES ($1, $2)', [write.id, write.defaultVisibility])
    case 'setPassword':
      return exactlyOne(tx, 'UPDATE users SET password_hash = $2 WHERE account_id = $1', [write.userId, write.passwordHash])
    case 'grantAdmin':
      return exactlyOne(tx, 'UPDATE users SET is_admin = true WHERE account_id = $1', [write.userId])
    case 'addMember':
      return exactlyOne(tx, 'INSERT INTO members (org_id, user_id, role, create_time) VALUES ($1, $2, $3, $4)',
        [write.orgId, write.userId, write.role, new Date(write.createMs)])
    case 'addToken':
      return exactlyOne(tx, 'INSERT INTO access_tokens (id, user_id, sha256, role, display_name, create_time) VALUES ($1, $2, $3, $4, $5, $6)',
        [write.id, write.userId, write.sha256, write.role, write.displayName, new Date(write.createMs)])
  }
}

function insertAccount(tx: SqlRunner, write: { id: string; name: string; fullName: string; createMs: number }, kind: 'user' | 'org'): Promise<void> {
  return exactlyOne(tx, 'INSERT INTO accounts (id, kind, name, full_name, create_time) VALUES ($1, $2, $3, $4, $5)',
    [write.id, kind, write.name, write.fullName, new Date(write.createMs)])
}

async function exactlyOne(tx: SqlRunner, text: string, values: readonly unknown[]): Promise<void> {
  const count = await tx.run({ text, values })
  if (count !== 1) throw new Error(`${count} rows instead of one: ${text}`)
}
