import { ORG_ROLES, type Actor, type ActorOrg, type ActorToken, type OrgRole, type TokenRole } from './actor.ts'
import { parseScopes } from './scopes.ts'

const TOKEN_ROLES: readonly TokenRole[] = ['read', 'write', 'fineGrained']

/** The actor in a verified token's claims; undefined unless every field is there and of its kind. Never anonymous: nobody signs for nobody. */
export function parseActor(claim: unknown): Exclude<Actor, { kind: 'anonymous' }> | undefined {
  if (!isRecord(claim)) return undefined
  if (claim['kind'] === 'service') {
    const name = claim['name']
    return isText(name) ? { kind: 'service', name } : undefined
  }
  return claim['kind'] === 'user' ? parseUser(claim) : undefined
}

function parseUser(claim: Record<string, unknown>): Actor & { kind: 'user' } | undefined {
  const { id, name, isAdmin } = claim
  const orgs = parseOrgs(claim['orgs'])
  const token = parseToken(claim['token'])
  if (!isText(id) || !isText(name) || typeof isAdmin !== 'boolean' || orgs === undefined || token === undefined) return undefined
  return { kind: 'user', id, name, isAdmin, orgs, token }
}

/** Scopes that cannot be read are refused, not dropped: the signer meant to limit the token by them. */
function parseToken(claim: unknown): ActorToken | undefined {
  if (!isRecord(claim)) return undefined
  const { id, isSession } = claim
  const role = TOKEN_ROLES.find((known) => known === claim['role'])
  if (role === undefined || !isText(id) || (isSession !== undefined && typeof isSession !== 'boolean')) return undefined
  const scopes = claim['scopes'] === undefined ? undefined : parseScopes(claim['scopes'])
  if (claim['scopes'] !== undefined && (scopes === undefined || role !== 'fineGrained')) return undefined
  return { id, role, ...(scopes === undefined ? {} : { scopes }), ...(isSession === undefined ? {} : { isSession }) }
}

function parseOrgs(claim: unknown): ActorOrg[] | undefined {
  if (!Array.isArray(claim)) return undefined
  const orgs: ActorOrg[] = []
  for (const entry of claim as readonly unknown[]) {
    if (!isRecord(entry)) return undefined
    const { id, name } = entry
    const role = ORG_ROLES.find((known: OrgRole) => known === entry['role'])
    if (role === undefined || !isText(id) || !isText(name)) return undefined
    orgs.push({ id, name, role })
  }
  return orgs
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
