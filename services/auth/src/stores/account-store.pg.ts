import type { TokenRole } from '@hearth/authz'
import type { Db, TxRunner } from '@hearth/db'
import type { ObjectId, Sha256 } from '@hearth/ids'
import { eventOf, type AccountEvent } from '../domain/account-events.ts'
import { auditOf, auditOriginOf } from '../domain/audit.ts'
import type { AccountSnapshot, AccountStore } from '../domain/ports.ts'
import * as sql from './account-queries.pg.ts'
import {
  toAccessToken, toCredentialOwner, type AccountRow, type CredentialRow, type IdentityRow, type MemberRow, type NamespaceRow, type OwnTokenRow,
} from './account-rows.pg.ts'
import { applyWrite } from './account-writes.pg.ts'
import { appendAudit } from './audit-log.pg.ts'

/** Stores the events of a change in its transaction. */
export type AddEvents = (tx: TxRunner, events: readonly AccountEvent[]) => Promise<void>

/** Accounts in PostgreSQL. */
export function createPgAccountStore(db: Db, addEvents: AddEvents): AccountStore {
  return {
    findCredentials: async (tokens) =>
      (await db.query<CredentialRow>({ ...sql.FIND_CREDENTIALS, values: [tokens] })).map((row) => toCredentialOwner(row, false)),
    findIdentity: async (userId, tokenId) => {
      const [row] = await db.query<IdentityRow>({ ...sql.FIND_IDENTITY, values: [userId, tokenId] })
      return row === undefined ? undefined : toIdentity(row)
    },
    findNamespaces: async ({ names, ids }) => {
      const rows = await db.query<NamespaceRow>({ ...sql.FIND_NAMESPACES, values: [names, ids] })
      return rows.map(({ id, kind, name, full_name, default_visibility }) =>
        ({ id, kind, name, fullName: full_name, defaultVisibility: default_visibility ?? 'public' }))
    },
    hasAccounts: () => hasAccounts(db),
    change: (query, decide, origin) => db.transaction(async (tx) => {
      await tx.query(sql.LOCK_CHANGES)
      const writes = await decide(await readSnapshot(tx, query.names, query.tokens))
      for (const write of writes) await applyWrite(tx, write)
      if (writes.length === 0) return
      await appendAudit(tx, writes.map(auditOf), auditOriginOf(origin))
      await addEvents(tx, writes.map(eventOf))
    }),
  }
}

async function hasAccounts(runner: Pick<Db, 'query'>): Promise<boolean> {
  return (await runner.query<{ found: boolean }>({ text: 'SELECT EXISTS (SELECT FROM accounts) AS found' }))[0]?.found === true
}

async function readSnapshot(tx: TxRunner, names: readonly string[], tokens: readonly Sha256[]): Promise<AccountSnapshot> {
  const accounts = await tx.query<AccountRow>({ ...sql.SNAPSHOT_ACCOUNTS, values: [names] })
  const ids = accounts.map(({ id }) => id)
  const members = await tx.query<MemberRow>({ ...sql.SNAPSHOT_MEMBERS, values: [ids] })
  const known = await tx.query<{ sha256: Sha256; user_id: ObjectId; role: TokenRole; display_name: string }>({ ...sql.SNAPSHOT_TOKENS, values: [tokens] })
  const own = await tx.query<OwnTokenRow>({ ...sql.SNAPSHOT_OWN_TOKENS, values: [ids] })
  const admins = await tx.query<{ account_id: ObjectId }>(sql.SNAPSHOT_ACTIVE_ADMINS)
  return {
    hasAccounts: await hasAccounts(tx),
    accounts: new Map(accounts.map(({ id, kind, name, name_key, is_admin, is_suspended, has_password }) =>
      [name_key, { id, kind, name, isAdmin: is_admin ?? false, isSuspended: is_suspended ?? false, hasPassword: has_password ?? false }])),
    members: members.map(({ org_id, org_name, user_id, role, is_suspended }) => ({ orgId: org_id, orgName: org_name, userId: user_id, role, isSuspended: is_suspended })),
    tokens: new Map(known.map(({ sha256, user_id, role, display_name }) => [sha256, { userId: user_id, role, displayName: display_name }])),
    ownTokens: own.map(({ id, user_id, display_name, expire_time }) => ({ id, userId: user_id, displayName: display_name, expireMs: expire_time?.getTime() })),
    activeAdminIds: admins.map(({ account_id }) => account_id),
  }
}

function toIdentity(row: IdentityRow): NonNullable<Awaited<ReturnType<AccountStore['findIdentity']>>> {
  return {
    identity: {
      id: row.id, name: row.name, fullName: row.full_name, email: row.email ?? undefined, isAdmin: row.is_admin,
      createMs: row.create_time.getTime(), memberships: row.memberships,
    },
    token: row.token === null ? undefined : toAccessToken(row.token),
  }
}
