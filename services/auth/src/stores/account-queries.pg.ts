/** A user's organisations as JSON, in order of their names. `u.account_id` is the user. */
export function orgsOf(fields: string): string {
  return `COALESCE((
    SELECT json_agg(json_build_object(${fields}) ORDER BY o.name_key COLLATE "C")
    FROM members m JOIN accounts o ON o.id = m.org_id WHERE m.user_id = u.account_id), '[]'::json)`
}

/** Of `access_tokens t`, as JSON; times in milliseconds. */
export const TOKEN_FIELDS = `'id', t.id, 'displayName', t.display_name, 'role', t.role, 'scopes', t.scopes, 'createMs', ${msOf('t.create_time')},
  'expireMs', ${msOf('t.expire_time')}, 'lastUsedMs', ${msOf('t.last_used_time')}`

function msOf(column: string): string {
  return `floor(extract(epoch FROM ${column}) * 1000)::bigint`
}

/** $1: digests. One row for each token that exists: the whole of a batch in one statement. */
export const FIND_CREDENTIALS = {
  name: 'auth_find_credentials',
  text: `SELECT t.sha256, t.id AS credential_id, t.role, t.scopes, t.expire_time, a.id AS user_id, a.name AS user_name,
    u.is_admin, u.suspended_time IS NOT NULL AS is_suspended,
    ${orgsOf(`'id', o.id, 'name', o.name, 'role', m.role`)} AS orgs
  FROM access_tokens t JOIN users u ON u.account_id = t.user_id JOIN accounts a ON a.id = t.user_id
  WHERE t.sha256 = ANY ($1::text[])`,
}

/** $1: user, $2: token. */
export const FIND_IDENTITY = {
  name: 'auth_find_identity',
  text: `SELECT a.id, a.name, a.full_name, a.create_time, u.email, u.is_admin,
    ${orgsOf(`'orgId', o.id, 'orgName', o.name, 'orgFullName', o.full_name, 'role', m.role`)} AS memberships,
    CASE WHEN t.id IS NOT NULL THEN json_build_object(${TOKEN_FIELDS}) END AS token
  FROM accounts a JOIN users u ON u.account_id = a.id LEFT JOIN access_tokens t ON t.user_id = a.id AND t.id = $2
  WHERE a.id = $1`,
}

/** $1: folded names, $2: ids. */
export const FIND_NAMESPACES = {
  name: 'auth_find_namespaces',
  text: `SELECT a.id, a.kind, a.name, a.full_name, o.default_visibility
  FROM accounts a LEFT JOIN organisations o ON o.account_id = a.id
  WHERE a.name_key = ANY ($1::text[]) OR a.id = ANY ($2::text[])`,
}

/** Changes of accounts run one after the other: what `decide` was shown stays true until its writes are in. */
export const LOCK_CHANGES = { text: `SELECT pg_advisory_xact_lock(hashtext('hearth.auth.accounts'), hashtext(current_schema()))` }

/** $1: folded names. */
export const SNAPSHOT_ACCOUNTS = {
  text: `SELECT a.id, a.kind, a.name, a.name_key, u.is_admin, u.suspended_time IS NOT NULL AS is_suspended, u.password_hash IS NOT NULL AS has_password
  FROM accounts a LEFT JOIN users u ON u.account_id = a.id WHERE a.name_key = ANY ($1::text[])`,
}

/** $1: account ids. Of these organisations, of these users, and the admins of organisations where one of these users is admin. */
export const SNAPSHOT_MEMBERS = {
  text: `SELECT m.org_id, o.name AS org_name, m.user_id, m.role, u.suspended_time IS NOT NULL AS is_suspended
  FROM members m JOIN accounts o ON o.id = m.org_id JOIN users u ON u.account_id = m.user_id
  WHERE m.org_id = ANY ($1::text[]) OR m.user_id = ANY ($1::text[])
    OR (m.role = 'admin' AND m.org_id IN (SELECT org_id FROM members WHERE user_id = ANY ($1::text[]) AND role = 'admin'))
  ORDER BY m.org_id, m.user_id`,
}

/** $1: account ids. */
export const SNAPSHOT_OWN_TOKENS = { text: 'SELECT id, user_id, display_name, expire_time FROM access_tokens WHERE user_id = ANY ($1::text[]) ORDER BY id' }

export const SNAPSHOT_ACTIVE_ADMINS = { text: 'SELECT account_id FROM users WHERE is_admin AND suspended_time IS NULL ORDER BY account_id LIMIT 2' }

/** $1: digests. */
export const SNAPSHOT_TOKENS = { text: 'SELECT sha256, user_id, role, display_name FROM access_tokens WHERE sha256 = ANY ($1::text[])' }
