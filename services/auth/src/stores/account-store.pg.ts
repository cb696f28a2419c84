import type { ActorOrg, OrgRole, TokenRole } from '@hearth/authz'
import type { Db, TxRunner } from '@hearth/db'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { CredentialOwner, Membership, Visibility } from '../domain/account.ts'
import { eventOf, type AccountEvent } from '../domain/account-events.ts'
import type { AccountSnapshot, AccountStore, AccountWrite } from '../domain/ports.ts'
import { applyWrite } from './account-writes.pg.ts'
import * as sql from './account-queries.pg.ts'

interface CredentialRow {
  readonly sha256: Sha256
  readonly token_id: ObjectId
  readonly role: TokenRole
  readonly user_id: ObjectId
  readonly user_name: string
  readonly is_admin: boolean
  readonly is_suspended: boolean
  readonly expire_time: Date | null
  readonly orgs: readonly ActorOrg[]
}

interface IdentityRow {
  readonly id: ObjectId
  readonly name: string
  readonly full_name: string
  readonly email: string | null
  readonly is_admin: boolean
  readonly create_time: Date
  readonly memberships: readonly Membership[]
  readonly token_id: ObjectId | null
  readonly token_name: string
  readonly token_role: TokenRole
  readonly token_create_time: Date
}

interface NamespaceRow {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly full_name: string
  readonly default_visibility: Visibility | null
}

interface AccountRow {
  readonly id: ObjectId
  readonly kind: 'user' | 'org'
  readonly name: string
  readonly name_key: string
  readonly is_admin: boolean | null
  readonly has_password: boolean | null
}

/** Stores the events of a change in its transaction. */
export type AddEvents = (tx: TxRunner, events: readonly AccountEvent[]) => Promise<void>

/** Accounts in PostgreSQL. */
export function createPgAccountStore(db: Db, addEvents: AddEvents): AccountStore {
  return {
    findCredentials: async (tokens) =>
      (await db.query<CredentialRow>({ ...sql.FIND_CREDENTIALS, values: [tokens] })).map(toCredentialOwner),
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
    change: (query, decide) => db.transaction(async (tx) => {
      await tx.query(sql.LOCK_CHANGES)
      const writes = await decide(await readSnapshot(tx, query.names, query.tokens))
      for (const write of writes) await applyWrite(tx, write)
      if (writes.length > 0) await addEvents(tx, writes.map((write: AccountWrite) => eventOf(write)))
    }),
  }
}

async function hasAccounts(runner: Pick<Db, 'query'>): Promise<boolean> {
  return (await runner.query<{ found: boolean }>({ text: 'SELECT EXISTS (SELECT FROM accounts) AS found' }))[0]?.found === true
}

async function readSnapshot(tx: TxRunner, names: readonly string[], tokens: readonly Sha256[]): Promise<AccountSnapshot> {
  const accounts = await tx.query<AccountRow>({ ...sql.SNAPSHOT_ACCOUNTS, values: [names] })
  const members = await tx.query<{ org_id: ObjectId; user_id: ObjectId; role: OrgRole }>({ ...sql.SNAPSHOT_MEMBERS, values: [accounts.map(({ id }) => id)] })
  const known = await tx.query<{ sha256: Sha256; user_id: ObjectId; role: TokenRole; display_name: string }>({ ...sql.SNAPSHOT_TOKENS, values: [tokens] })
  return {
    hasAccounts: await hasAccounts(tx),
    accounts: new Map(accounts.map(({ id, kind, name, name_key, is_admin, has_password }) =>
      [name_key, { id, kind, name, isAdmin: is_admin ?? false, hasPassword: has_password ?? false }])),
    members: members.map(({ org_id, user_id, role }) => ({ orgId: org_id, userId: user_id, role })),
    tokens: new Map(known.map(({ sha256, user_id, role, display_name }) => [sha256, { userId: user_id, role, displayName: display_name }])),
  }
}

function toCredentialOwner(row: CredentialRow): CredentialOwner {
  return {
    tokenSha256: row.sha256, tokenId: row.token_id, role: row.role, userId: row.user_id, userName: row.user_name,
    isAdmin: row.is_admin, isSuspended: row.is_suspended, expireMs: row.expire_time?.getTime(), orgs: row.orgs,
  }
}

function toIdentity(row: IdentityRow): NonNullable<Awaited<ReturnType<AccountStore['findIdentity']>>> {
  return {
    identity: {
      id: row.id, name: row.name, fullName: row.full_name, email: row.email ?? undefined, isAdmin: row.is_admin,
      createMs: row.create_time.getTime(), memberships: row.memberships,
    },
    token: row.token_id === null ? undefined
      : { id: row.token_id, displayName: row.token_name, role: row.token_role, createMs: row.token_create_time.getTime() },
  }
}
