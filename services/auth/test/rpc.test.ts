import { HearthError } from '@hearth/errors'
import { NamespaceKind, OrgRole, ScopeKind, TokenRole, Visibility, AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { AdminServiceService } from '@hearth/proto/auth/v1/admin'
import { AuthenticationServiceService, RejectionReason } from '@hearth/proto/auth/v1/authentication'
import { MembersServiceService } from '@hearth/proto/auth/v1/members'
import { ProfilesServiceService } from '@hearth/proto/auth/v1/profiles'
import { SessionsServiceService } from '@hearth/proto/auth/v1/sessions'
import { TokensServiceService } from '@hearth/proto/auth/v1/tokens'
import type { ListReposRequest, RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { CallOptions, ServiceClient } from '@hearth/rpc'
import { expect, test } from 'vitest'
import { parseBootstrapDocument } from '../src/domain/bootstrap-document.ts'
import { ANA_TOKEN, BO_TOKEN, BOOTSTRAP } from './fixtures.ts'
import { CONNECTIONS, inProcess, openWorld, overTcp, present, type Connect, type World } from './open-service.ts'

const PASSWORD = 'correct horse'
const NEW = { fullName: undefined, email: undefined, password: undefined, isAdmin: false }

interface Opened extends World {
  /** As `__Ana__`, the admin. */
  readonly ana: CallOptions
  readonly bo: CallOptions
}

async function open(connect: Connect, repos?: () => ServiceClient<typeof RepoServiceService>): Promise<Opened> {
  const world = await openWorld(connect, repos)
  await world.auth.applyBootstrap(parseBootstrapDocument(JSON.stringify(BOOTSTRAP)))
  return { ...world, ana: { actorToken: await present(world, ANA_TOKEN), requestId: 'req-ana' }, bo: { actorToken: await present(world, BO_TOKEN) } }
}

async function rejection(world: World, value: string, $case: 'accessToken' | 'session'): Promise<unknown> {
  const { results: [result] } = await world.transport.client(AuthenticationServiceService).authenticate({ credentials: [{ kind: { $case, value } }] })
  return result?.outcome?.$case === 'rejected' ? result.outcome.value.reason : 'accepted'
}

test.each(CONNECTIONS)('tokens: %s', async (_name, connect) => {
  await using world = await open(connect)
  const tokens = world.transport.client(TokensServiceService)
  const expireTime = new Date(Date.now() + 60_000)
  const scopes = { canReadGatedRepos: true, global: ['discussion.write'], scoped: [{ kind: ScopeKind.SCOPE_KIND_NAMESPACE, id: 'a'.repeat(24), permissions: ['repo.write', 'org.read'] }] }
  const { token, value } = await tokens.createToken({ token: { displayName: 'fine', role: TokenRole.TOKEN_ROLE_FINE_GRAINED, expireTime, scopes } }, world.ana)
  expect(token).toMatchObject({ displayName: 'fine', role: TokenRole.TOKEN_ROLE_FINE_GRAINED, expireTime, scopes })
  const own = await world.transport.client(AccountsServiceService).getIdentity({}, { actorToken: await present(world, value) })
  expect(own.accessToken).toEqual({ ...token, lastUsedTime: own.accessToken?.lastUsedTime })
  expect((await tokens.listTokens({}, world.ana)).tokens.map(({ displayName }) => displayName)).toEqual(['fine', 'write'])
  for (const wrong of [{ ...scopes, scoped: [{ kind: 0 as const, id: 'a'.repeat(24), permissions: [] }] }, { ...scopes, global: ['fly'] }]) {
    await expect(tokens.createToken({ token: { displayName: 'x', role: TokenRole.TOKEN_ROLE_FINE_GRAINED, expireTime: undefined, scopes: wrong } }, world.ana)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  }
  for (const wrong of [undefined, { displayName: 'x', role: 0 as const, expireTime: undefined, scopes: undefined }]) {
    await expect(tokens.createToken({ token: wrong }, world.ana)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  }
  await tokens.deleteToken({ id: token?.id ?? '' }, world.ana)
  expect(await rejection(world, value, 'accessToken')).toBe(RejectionReason.REJECTION_REASON_UNKNOWN)
  expect(await tokens.deleteExpiredTokens({}, world.ana)).toEqual({ deletedCount: 0 })
  await expect(tokens.listTokens({})).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
})

test.each(CONNECTIONS)('sessions: %s', async (_name, connect) => {
  await using world = await open(connect)
  const sessions = world.transport.client(SessionsServiceService)
  const logIn = (password: string) => sessions.logIn({ name: '__ANA__', password, clientAddress: '192.0.2.1', userAgent: 'browser' })
  await expect(logIn('wrong')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED', message: 'Wrong user name or password' })
  const { sessionValue, session, userName } = await logIn(PASSWORD)
  expect([userName, session?.isCurrent, session?.clientAddress]).toEqual(['__Ana__', true, '192.0.2.1'])
  expect(await rejection(world, sessionValue, 'accessToken')).toBe(RejectionReason.REJECTION_REASON_UNKNOWN)
  const here = { actorToken: await present(world, sessionValue, 'session') }
  expect((await world.transport.client(AccountsServiceService).getIdentity({}, here))).toMatchObject({ name: '__Ana__', isAdmin: true, accessToken: undefined })
  const other = await logIn(PASSWORD)
  expect((await sessions.listSessions({}, here)).sessions.map(({ id, isCurrent }) => [id, isCurrent]).toSorted()).toEqual([[session?.id, true], [other.session?.id, false]].toSorted())
  await sessions.changePassword({ currentPassword: PASSWORD, newPassword: 'battery staple', clientAddress: undefined }, here)
  expect(await rejection(world, other.sessionValue, 'session')).toBe(RejectionReason.REJECTION_REASON_UNKNOWN)
  await sessions.deleteOtherSessions({}, here)
  await expect(sessions.deleteSession({ id: other.session?.id ?? '' }, here)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await sessions.logOut({}, here)
  expect(await rejection(world, sessionValue, 'session')).toBe(RejectionReason.REJECTION_REASON_UNKNOWN)
})

test.each(CONNECTIONS)('members and profiles: %s', async (_name, connect) => {
  await using world = await open(connect)
  const [members, profiles] = [world.transport.client(MembersServiceService), world.transport.client(ProfilesServiceService)]
  expect(await members.setMember({ org: 'TEAM', user: 'Bo', role: OrgRole.ORG_ROLE_WRITE }, world.ana)).toMatchObject({ name: 'bo', role: OrgRole.ORG_ROLE_WRITE, isNew: false })
  await expect(members.setMember({ org: 'team', user: 'bo', role: 0 }, world.ana)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(members.setMember({ org: 'team', user: 'bo', role: OrgRole.ORG_ROLE_ADMIN }, world.bo)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  const first = await profiles.listMembers({ org: 'team', page: { pageSize: 1, pageToken: undefined } })
  const rest = await profiles.listMembers({ org: 'team', page: { pageSize: 1, pageToken: first.page?.nextPageToken } })
  expect([...first.members, ...rest.members].map(({ name, role }) => [name, role])).toEqual([['__Ana__', OrgRole.ORG_ROLE_ADMIN], ['bo', OrgRole.ORG_ROLE_WRITE]])
  expect(rest.page?.nextPageToken).toBeUndefined()
  expect(await profiles.getProfile({ name: 'team', kind: NamespaceKind.NAMESPACE_KIND_ORG })).toMatchObject({ namespace: { name: 'Team' }, memberCount: 2 })
  expect(await profiles.getProfile({ name: 'BO', kind: NamespaceKind.NAMESPACE_KIND_UNSPECIFIED })).toMatchObject({ namespace: { name: 'bo' }, memberships: [{ orgName: 'Team', role: OrgRole.ORG_ROLE_WRITE }] })
  await expect(profiles.getProfile({ name: 'bo', kind: NamespaceKind.NAMESPACE_KIND_ORG })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await members.removeMember({ org: 'team', user: 'bo' }, world.ana)
  await expect(members.removeMember({ org: 'team', user: 'bo' }, world.ana)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
})

test.each(CONNECTIONS)('administration and its log: %s', async (_name, connect) => {
  await using world = await open(connect)
  const admin = world.transport.client(AdminServiceService)
  expect(await admin.createUser({ name: 'Cy', ...NEW }, world.ana)).toMatchObject({ user: { name: 'Cy', fullName: 'Cy', hasPassword: false, suspendedTime: undefined } })
  const { value } = await admin.mintToken({ name: 'cy', token: { displayName: 'm', role: TokenRole.TOKEN_ROLE_WRITE, expireTime: undefined, scopes: undefined } }, world.ana)
  expect(await rejection(world, value, 'accessToken')).toBe('accepted')
  await admin.suspendUser({ name: 'cy' }, world.ana)
  expect(await rejection(world, value, 'accessToken')).toBe(RejectionReason.REJECTION_REASON_SUSPENDED)
  await admin.unsuspendUser({ name: 'cy' }, world.ana)
  await admin.setAdmin({ name: 'cy', isAdmin: true }, world.ana)
  expect((await admin.resetPassword({ name: 'cy', password: undefined }, world.ana)).generatedPassword).toMatch(/^[\w-]{24}$/)
  expect((await admin.resetPassword({ name: 'cy', password: 'given password' }, world.ana)).generatedPassword).toBeUndefined()
  expect(await admin.createOrg({ name: 'lab', fullName: 'The Lab', defaultVisibility: Visibility.VISIBILITY_PRIVATE, admin: undefined }, world.ana)).toMatchObject({ org: { name: 'lab', fullName: 'The Lab' } })
  const listed = await admin.listUsers({ page: { pageSize: 2, pageToken: undefined }, search: undefined, suspended: undefined }, world.ana)
  expect([listed.users.map(({ name }) => name), listed.page?.nextPageToken !== undefined]).toEqual([['__Ana__', 'bo'], true])
  expect(await admin.getUser({ name: 'CY' }, world.ana)).toMatchObject({ user: { name: 'Cy', isAdmin: true, hasPassword: true }, memberships: [], tokens: [{ displayName: 'm' }] })
  const { entries } = await admin.listAuditEntries({ page: { pageSize: 1, pageToken: undefined }, actor: '__ana__', target: undefined, action: 'token' }, world.ana)
  expect(entries).toMatchObject([{ action: 'token.create', actorName: '__Ana__', targetName: 'Cy', requestId: 'req-ana', details: { token: 'm', role: 'write' } }])
  for (const call of [() => admin.listUsers({ page: undefined, search: undefined, suspended: undefined }, world.bo), () => admin.suspendUser({ name: 'nobody' }, world.bo)]) {
    await expect(call()).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  }
})

test('an account is removed only when storage says that it owns nothing', async () => {
  const asked: { request: ListReposRequest; options: CallOptions | undefined }[] = []
  let owned = ['m']
  const repos = {
    listRepos: (request: ListReposRequest, options?: CallOptions) => {
      asked.push({ request, options })
      if (owned.includes('down')) return Promise.reject(new HearthError('UNAVAILABLE', 'storage is down'))
      return Promise.resolve({ repos: request.type === 2 ? owned.map((name) => ({ namespace: 'bo', name })) : [], page: undefined })
    },
  } as unknown as ServiceClient<typeof RepoServiceService>
  await using world = await open(inProcess, () => repos)
  const admin = world.transport.client(AdminServiceService)
  await expect(admin.removeUser({ name: 'BO' }, world.ana)).rejects.toMatchObject({ reason: 'IN_USE', message: 'bo owns repositories (dataset bo/m): move or delete them first' })
  expect(asked.map(({ request }) => [request.type, request.author])).toEqual([[1, 'bo'], [2, 'bo'], [3, 'bo']])
  expect(await world.auth.verifyActor(asked[0]?.options?.actorToken ?? '')).toEqual({ kind: 'service', name: 'auth' })
  owned = ['down']
  await expect(admin.removeUser({ name: 'bo' }, world.ana)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
  owned = []
  await admin.removeUser({ name: 'bo' }, world.ana)
  expect(await rejection(world, BO_TOKEN, 'accessToken')).toBe(RejectionReason.REJECTION_REASON_UNKNOWN)
  await admin.removeOrg({ name: 'team' }, world.ana)
})

test('without storage nothing is removed', async () => {
  await using world = await open(inProcess)
  await expect(world.transport.client(AdminServiceService).removeUser({ name: 'bo' }, world.ana)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
})

test('when a token was used is written behind, at the latest when auth ends', async () => {
  await using world = await open(inProcess)
  const used = async (): Promise<unknown> => (await world.db.query<{ time: Date | null }>({ text: `SELECT last_used_time AS time FROM access_tokens WHERE display_name = 'write'` }))[0]?.time
  expect(await used()).toBeNull()
  await world.auth[Symbol.asyncDispose]()
  expect(await used()).toBeInstanceOf(Date)
})

test('the largest actor that auth makes gets through TCP', async () => {
  await using world = await open(overTcp)
  const admin = world.transport.client(AdminServiceService)
  const orgName = (n: number): string => `${n}`.padStart(4, '0').padEnd(32, 'x')
  await world.auth.applyBootstrap(parseBootstrapDocument(JSON.stringify({
    users: [{ name: 'many' }], orgs: Array.from({ length: 300 }, (_, n) => ({ name: orgName(n), members: [{ user: 'many', role: 'contributor' }] })),
  })))
  const scoped = Array.from({ length: 100 }, (_, n) => ({ kind: ScopeKind.SCOPE_KIND_REPO, id: String(n).padStart(24, '0'), permissions: ['repo.content.read', 'discussion.write'] }))
  const scopes = { canReadGatedRepos: true, global: [], scoped }
  const { value } = await admin.mintToken({ name: 'many', token: { displayName: 'big', role: TokenRole.TOKEN_ROLE_FINE_GRAINED, expireTime: undefined, scopes } }, world.ana)
  const identity = await world.transport.client(AccountsServiceService).getIdentity({}, { actorToken: await present(world, value) })
  expect([identity.memberships.length, identity.accessToken?.scopes?.scoped.length]).toEqual([300, 100])
})
