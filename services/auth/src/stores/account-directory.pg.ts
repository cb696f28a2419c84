import type { OrgRole } from '@hearth/authz'
import type { Db } from '@hearth/db'
import type { ObjectId } from '@hearth/ids'
import type { Membership, Profile, UserRecord } from '../domain/account.ts'
import type { AccountDirectory, UserQuery } from '../domain/ports.ts'
import { orgsOf, TOKEN_FIELDS } from './account-queries.pg.ts'
import { toAccessToken, type NamespaceRow, type TokenJson } from './account-rows.pg.ts'

interface ProfileRow extends NamespaceRow {
  readonly create_time: Date
  readonly memberships: readonly Membership[]
  readonly member_count: number
}

interface UserRow {
  readonly id: ObjectId
  readonly name: string
  readonly full_name: string
  readonly email: string | null
  readonly is_admin: boolean
  readonly has_password: boolean
  readonly create_time: Date
  readonly suspended_time: Date | null
}

/** Names are compared by their bytes, as `name_key` is: the same order as the keyset's. */
const BY_NAME = 'a.name_key COLLATE "C"'

/** $1: folded name. */
const FIND_PROFILE = {
  name: 'auth_find_profile',
  text: `SELECT a.id, a.kind, a.name, a.full_name, a.create_time, o.default_visibility,
    ${orgsOf(`'orgId', o.id, 'orgName', o.name, 'orgFullName', o.full_name, 'role', m.role`)} AS memberships,
    (SELECT count(*) FROM members m WHERE m.org_id = a.id) AS member_count
  FROM accounts a LEFT JOIN users u ON u.account_id = a.id LEFT JOIN organisations o ON o.account_id = a.id WHERE a.name_key = $1`,
}

/** $1: organisation, $2: name after which to begin or null, $3: limit. */
const LIST_MEMBERS = {
  name: 'auth_list_members',
  text: `SELECT a.id, a.name, a.full_name, m.role, m.create_time FROM members m JOIN accounts a ON a.id = m.user_id
  WHERE m.org_id = $1 AND ($2::text IS NULL OR ${BY_NAME} > $2) ORDER BY ${BY_NAME} LIMIT $3`,
}

const USER_COLUMNS = 'a.id, a.name, a.full_name, a.create_time, u.email, u.is_admin, u.password_hash IS NOT NULL AS has_password, u.suspended_time'

/** Users and organisations in PostgreSQL, read only. */
export function createPgAccountDirectory(db: Db): AccountDirectory {
  return {
    findProfile: async (name) => {
      const [row] = await db.query<ProfileRow>({ ...FIND_PROFILE, values: [name] })
      return row === undefined ? undefined : toProfile(row)
    },
    listMembers: async ({ orgId, afterName, limit }) => {
      const rows = await db.query<UserRow & { role: OrgRole }>({ ...LIST_MEMBERS, values: [orgId, afterName ?? null, limit] })
      return rows.map(({ id, name, full_name, role, create_time }) => ({ userId: id, name, fullName: full_name, role, createMs: create_time.getTime() }))
    },
    listTokens: async (userId) => {
      const text = `SELECT json_build_object(${TOKEN_FIELDS}) AS token FROM access_tokens t WHERE t.user_id = $1 ORDER BY t.create_time DESC, t.id DESC`
      return (await db.query<{ token: TokenJson }>({ name: 'auth_list_tokens', text, values: [userId] })).map(({ token }) => toAccessToken(token))
    },
    findUser: async (name) => {
      const text = `SELECT ${USER_COLUMNS} FROM accounts a JOIN users u ON u.account_id = a.id WHERE a.name_key = $1`
      const [row] = await db.query<UserRow>({ name: 'auth_find_user', text, values: [name] })
      return row === undefined ? undefined : toUserRecord(row)
    },
    listUsers: async (query) => (await db.query<UserRow>(listStatement(query))).map(toUserRecord),
  }
}

function listStatement({ search, isSuspended, afterName, limit }: UserQuery): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const where: string[] = []
  if (afterName !== undefined) where.push(`${BY_NAME} > ${bind(afterName)}`)
  if (isSuspended !== undefined) where.push(`u.suspended_time IS ${isSuspended ? 'NOT ' : ''}NULL`)
  if (search !== undefined && search !== '') {
    const pattern = bind(`%${search.replace(/[\\%_]/g, '\\$&').replaceAll('\0', '')}%`)
    where.push(`(a.name ILIKE ${pattern} OR a.full_name ILIKE ${pattern} OR u.email ILIKE ${pattern})`)
  }
  const text = `SELECT ${USER_COLUMNS} FROM accounts a JOIN users u ON u.account_id = a.id
  ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY ${BY_NAME} LIMIT ${bind(limit)}`
  return { text, values }
}

function toProfile(row: ProfileRow): Profile {
  return {
    namespace: { id: row.id, kind: row.kind, name: row.name, fullName: row.full_name, defaultVisibility: row.default_visibility ?? 'public' },
    createMs: row.create_time.getTime(), memberships: row.memberships, memberCount: row.member_count,
  }
}

function toUserRecord(row: UserRow): UserRecord {
  return {
    id: row.id, name: row.name, fullName: row.full_name, email: row.email ?? undefined, isAdmin: row.is_admin, hasPassword: row.has_password,
    createMs: row.create_time.getTime(), suspendMs: row.suspended_time?.getTime(),
  }
}
