import { randomBytes } from 'node:crypto'
import { canAdministerHub, canManageMembers, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { NamespaceKind, OrgRole, type AccessTokenInfo, type Namespace } from '@hearth/proto/auth/v1/accounts'
import type { AdminServiceService, AuditEntry, User } from '@hearth/proto/auth/v1/admin'
import type { MembersServiceService } from '@hearth/proto/auth/v1/members'
import type { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import type { NewToken, TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { CallContext, ServiceHandlers } from '@hearth/rpc'
import { PEOPLE, TEAM_ID, type PersonName } from './accounts.ts'
import { namespaceOf } from './auth-service.ts'

const TIME = new Date('2026-01-02T03:04:05.006Z')
const NAMES = Object.keys(PEOPLE) as PersonName[]

function newId(): string {
  return randomBytes(12).toString('hex')
}

function profileOf(name: string, kind: NamespaceKind): Namespace {
  const [found] = namespaceOf(name)
  if (found === undefined || (kind !== NamespaceKind.NAMESPACE_KIND_UNSPECIFIED && found.kind !== kind)) throw new HearthError('NOT_FOUND', 'User or organization not found')
  return found
}

export function createFakeProfiles(): ServiceHandlers<typeof ProfilesServiceService> {
  return {
    async getProfile({ name, kind }) {
      const namespace = profileOf(name, kind)
      const isOrg = namespace.kind === NamespaceKind.NAMESPACE_KIND_ORG
      const isMember = !isOrg && 'role' in PEOPLE[namespace.name as PersonName]
      return { namespace, createTime: TIME, memberships: isMember ? [{ orgId: TEAM_ID, orgName: 'team', orgFullName: 'TEAM', role: OrgRole.ORG_ROLE_READ }] : [], memberCount: isOrg ? 2 : 0 }
    },
    async listMembers({ org, page }) {
      profileOf(org, NamespaceKind.NAMESPACE_KIND_ORG)
      const all = NAMES.filter((name) => 'role' in PEOPLE[name]).map((name) =>
        ({ userId: PEOPLE[name].id, name, fullName: name.toUpperCase(), role: name === 'ana' ? OrgRole.ORG_ROLE_ADMIN : OrgRole.ORG_ROLE_READ, createTime: TIME }))
      const from = Number(page?.pageToken ?? 0)
      const size = page?.pageSize ?? 100
      return { members: all.slice(from, from + size), page: { nextPageToken: from + size < all.length ? String(from + size) : undefined } }
    },
  }
}

/** Tokens by their owner's id. */
export function createFakeTokens(): ServiceHandlers<typeof TokensServiceService> {
  const tokens = new Map<string, AccessTokenInfo[]>()
  const ownerOf = (actor: Actor, isWrite: boolean): string => {
    if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'no user')
    if (isWrite && actor.token.role !== 'write') throw new HearthError('FORBIDDEN', 'the token in use has no "write" right')
    return actor.id
  }
  return {
    listTokens: async (_request, { actor }) => ({ tokens: tokens.get(ownerOf(actor, false)) ?? [] }),
    async createToken({ token }, { actor }) {
      const owner = ownerOf(actor, true)
      const made = toInfo(token)
      tokens.set(owner, [made, ...(tokens.get(owner) ?? [])])
      return { token: made, value: `hf_${'v'.repeat(34)}` }
    },
    async deleteToken({ id }, { actor }) {
      const owner = ownerOf(actor, true)
      const own = tokens.get(owner) ?? []
      if (!own.some((token) => token.id === id)) throw new HearthError('NOT_FOUND', 'There is no such token')
      tokens.set(owner, own.filter((token) => token.id !== id))
      return {}
    },
    deleteExpiredTokens: async (_request, { actor }) => ({ deletedCount: ownerOf(actor, true) === '' ? 1 : 0 }),
  }
}

function toInfo(token: NewToken | undefined): AccessTokenInfo {
  if (token === undefined) throw new HearthError('INVALID_ARGUMENT', 'no token')
  return { id: newId(), displayName: token.displayName, role: token.role, createTime: TIME, expireTime: token.expireTime, lastUsedTime: undefined, scopes: token.scopes }
}

export function createFakeMembers(): ServiceHandlers<typeof MembersServiceService> {
  const open = (org: string, user: string, actor: Actor): { readonly id: string; readonly name: string } => {
    if (canManageMembers(actor, profileOf(org, NamespaceKind.NAMESPACE_KIND_ORG)) !== 'allow') throw new HearthError('FORBIDDEN', 'you may not manage members')
    return profileOf(user, NamespaceKind.NAMESPACE_KIND_USER)
  }
  return {
    async setMember({ org, user, role }, { actor }) {
      const { id, name } = open(org, user, actor)
      return { userId: id, name, role, isNew: !('role' in PEOPLE[name as PersonName]) }
    },
    async removeMember({ org, user }, { actor }) {
      if (open(org, user, actor).name === 'ana') throw new HearthError('IN_USE', 'ana is the last admin of the organization team')
      return {}
    },
  }
}

export function createFakeAdmin(): ServiceHandlers<typeof AdminServiceService> {
  const users = new Map<string, User>(NAMES.map((name) => [name, userOf(name)]))
  const audit: AuditEntry[] = []
  const open = ({ actor, requestId }: CallContext, how: 'read' | 'write', action: string): void => {
    if (canAdministerHub(actor, how) !== 'allow') throw new HearthError('FORBIDDEN', 'you are no admin')
    if (how === 'read' || actor.kind !== 'user') return
    audit.unshift({
      id: BigInt(audit.length + 1), time: TIME, action, requestId, details: { a: 'b' }, actorKind: 'user', actorId: actor.id, actorName: actor.name, credentialId: actor.token.id,
      targetKind: 'user', targetId: '', targetName: 'someone',
    })
  }
  const find = (name: string): User => {
    const user = users.get(name.toLowerCase())
    if (user === undefined) throw new HearthError('NOT_FOUND', 'User not found')
    return user
  }
  const change = (action: string, part: Partial<User>) => async ({ name }: { name: string }, context: CallContext) => {
    open(context, 'write', action)
    users.set(name.toLowerCase(), { ...find(name), ...part })
    return {}
  }
  return {
    async createUser({ name, fullName, email, password, isAdmin }, context) {
      open(context, 'write', 'user.create')
      if (users.has(name)) throw new HearthError('ALREADY_EXISTS', `There is a user named ${name} already`)
      const user: User = { ...userOf(name), id: newId(), fullName: fullName ?? name, email, hasPassword: password !== undefined, isAdmin }
      users.set(name, user)
      return { user }
    },
    async listUsers({ search, page }, context) {
      open(context, 'read', '')
      const found = [...users.values()].filter(({ name }) => name.includes(search ?? ''))
      return { users: found.slice(0, page?.pageSize ?? 100), page: { nextPageToken: found.length > (page?.pageSize ?? 100) ? 'next' : undefined } }
    },
    async getUser({ name }, context) {
      open(context, 'read', '')
      return { user: find(name), memberships: [{ orgId: TEAM_ID, orgName: 'team', orgFullName: 'TEAM', role: OrgRole.ORG_ROLE_WRITE }], tokens: [] }
    },
    suspendUser: change('user.suspend', { suspendedTime: TIME }),
    unsuspendUser: change('user.unsuspend', { suspendedTime: undefined }),
    removeUser: change('user.remove', {}),
    async resetPassword({ name, password }, context) {
      open(context, 'write', 'user.password.set')
      find(name)
      return { generatedPassword: password === undefined ? 'generated-password' : undefined }
    },
    async setAdmin({ name, isAdmin }, context) {
      open(context, 'write', 'user.admin.grant')
      users.set(name, { ...find(name), isAdmin })
      return {}
    },
    async mintToken({ name, token }, context) {
      open(context, 'write', 'token.create')
      find(name)
      return { token: toInfo(token), value: `hf_${'m'.repeat(34)}` }
    },
    async createOrg({ name, fullName, defaultVisibility }, context) {
      open(context, 'write', 'org.create')
      return { org: { id: newId(), name, fullName: fullName ?? name, kind: NamespaceKind.NAMESPACE_KIND_ORG, defaultVisibility, avatarUrl: undefined } }
    },
    async removeOrg({ name }, context) {
      open(context, 'write', 'org.remove')
      profileOf(name, NamespaceKind.NAMESPACE_KIND_ORG)
      throw new HearthError('IN_USE', 'team owns repositories (model team/m): move or delete them first')
    },
    async listAuditEntries({ action }, context) {
      open(context, 'read', '')
      return { entries: audit.filter((entry) => action === undefined || entry.action.startsWith(action)), page: { nextPageToken: undefined } }
    },
  }
}

function userOf(name: string): User {
  const id = Object.hasOwn(PEOPLE, name) ? PEOPLE[name as PersonName].id : newId()
  return { id, name, fullName: name.toUpperCase(), email: `${name}@example.org`, isAdmin: name === 'root', hasPassword: true, createTime: TIME, suspendedTime: undefined }
}

