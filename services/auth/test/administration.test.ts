import type { OrgRole, UserActor } from '@hearth/authz'
import type { ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { hashAccessToken } from '../src/domain/access-token.ts'
import { getProfile, getUser, listAuditEntries, listMembers, listUsers } from '../src/domain/list-accounts.ts'
import { MAX_MEMBERSHIPS, removeMember, setMember } from '../src/domain/manage-members.ts'
import { createOrg, removeOrg } from '../src/domain/manage-orgs.ts'
import { createUser, mintToken, removeUser, resetPassword, setAdmin, suspendUser, unsuspendUser } from '../src/domain/manage-users.ts'
import type { Page } from '../src/domain/page-token.ts'
import { from, HUB, NO_SIGNAL, openTestAuth, type TestAuth } from './open-auth.ts'

const NEW = { name: 'cy', fullName: undefined, email: undefined, password: undefined, isAdmin: false }
const PAGE: Page = { pageSize: undefined, pageToken: undefined }
const LOG = { ...PAGE, actor: undefined, target: undefined, action: undefined }
const TOKEN = { displayName: 'machine', role: 'read', scopes: undefined, expireMs: undefined } as const

async function withBoss(): Promise<TestAuth & { readonly boss: UserActor }> {
  const auth = await openTestAuth()
  return { ...auth, boss: await auth.addUser('Boss', { isAdmin: true }) }
}

function memberOf(orgId: ObjectId, orgName: string, actor: UserActor, role: OrgRole): UserActor {
  return { ...actor, orgs: [...actor.orgs, { id: orgId, name: orgName, role }] }
}

test('an admin creates users; names are unique among users and organisations', async () => {
  await using auth = await withBoss()
  const origin = from(auth.boss)
  expect(await createUser(auth.deps, origin, { ...NEW, name: 'Cy', fullName: ' Cy C ', email: 'cy@example.org', password: 'correct horse', isAdmin: true }))
    .toMatchObject({ name: 'Cy', fullName: 'Cy C', email: 'cy@example.org', isAdmin: true, hasPassword: true, suspendMs: undefined })
  await expect(createUser(auth.deps, origin, { ...NEW, name: 'CY' })).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' })
  await createOrg(auth.deps, origin, { name: 'team', fullName: undefined, defaultVisibility: 'private', admin: 'cy' })
  await expect(createUser(auth.deps, origin, { ...NEW, name: 'Team' })).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' })
  await expect(createOrg(auth.deps, origin, { name: 'cy', fullName: undefined, defaultVisibility: 'public', admin: undefined })).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' })
  await expect(createOrg(auth.deps, origin, { name: 'other', fullName: undefined, defaultVisibility: 'public', admin: 'nobody' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  expect(await getProfile(auth.stores.directory, { name: 'TEAM', kind: 'org' }, NO_SIGNAL)).toMatchObject({ namespace: { name: 'team', defaultVisibility: 'private' }, memberCount: 1 })
  for (const part of [{ name: 'a--b' }, { name: 'settings' }, { fullName: '' }, { email: 'x' }, { password: 'short' }, { password: 'x'.repeat(1025) }]) {
    await expect(createUser(auth.deps, origin, { ...NEW, ...part }), JSON.stringify(part)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  }
  expect(await auth.auditActions()).toEqual(['user.create', 'token.create', 'user.create', 'org.create', 'member.add'])
})

test('nobody else administers, and learns nothing by trying', async () => {
  await using auth = await withBoss()
  const ana = await auth.addUser('ana')
  const actors = [ana, HUB, { ...auth.boss, token: { id: 'x', role: 'read' } }, { ...auth.boss, token: { id: 'x', role: 'fineGrained' } }] as const
  for (const actor of actors) {
    const origin = from(actor)
    const calls: (() => Promise<unknown>)[] = [
      () => createUser(auth.deps, origin, { ...NEW, name: 'a--b' }), () => suspendUser(auth.deps, origin, 'nobody'), () => unsuspendUser(auth.deps, origin, 'ana'), () => removeUser(auth.deps, origin, 'nobody', NO_SIGNAL),
      () => resetPassword(auth.deps, origin, { name: 'nobody', password: 'x' }), () => setAdmin(auth.deps, origin, { name: 'nobody', isAdmin: true }), () => mintToken(auth.deps, origin, 'nobody', TOKEN),
      () => createOrg(auth.deps, origin, { name: '', fullName: undefined, defaultVisibility: 'public', admin: undefined }), () => removeOrg(auth.deps, origin, 'nobody', NO_SIGNAL),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: actor.kind === 'user' ? 'FORBIDDEN' : 'UNAUTHENTICATED' })
  }
  for (const actor of [ana, { ...auth.boss, token: { id: 'x', role: 'fineGrained' as const } }]) {
    const reads = [
      () => getUser(auth.deps, actor, 'nobody', NO_SIGNAL), () => listUsers(auth.deps, actor, { ...PAGE, search: undefined, isSuspended: undefined }, NO_SIGNAL),
      () => listAuditEntries(auth.stores.audit, actor, LOG, NO_SIGNAL),
    ]
    for (const call of reads) {
      await expect(call()).rejects.toMatchObject({ reason: 'FORBIDDEN' })
    }
  }
  expect(await auth.auditActions()).toEqual(['user.create', 'token.create', 'user.create', 'token.create'])
})

test('a suspended user\'s credentials say so, and sessions are gone', async () => {
  await using auth = await withBoss()
  await auth.addUser('ana')
  const { value } = await mintToken(auth.deps, from(auth.boss), 'ANA', TOKEN)
  const suspended = async (): Promise<unknown> => (await auth.stores.accounts.findCredentials([hashAccessToken(value)]))[0]?.isSuspended
  await suspendUser(auth.deps, from(auth.boss), 'ana')
  await suspendUser(auth.deps, from(auth.boss), 'ana')
  expect(await suspended()).toBe(true)
  expect((await getUser(auth.deps, auth.boss, 'ana', NO_SIGNAL)).user.suspendMs).toBe(auth.entropy.now())
  await unsuspendUser(auth.deps, from(auth.boss), 'ana')
  expect(await suspended()).toBe(false)
  expect(auth.events.slice(-3).map(({ type }) => type.replace('hearth.auth.v1.', ''))).toEqual(['account.suspended', 'session.ended', 'account.unsuspended'])
  await expect(suspendUser(auth.deps, from(auth.boss), 'nobody')).rejects.toMatchObject({ reason: 'NOT_FOUND' })
})

test('the last admin of the hub stays, whatever is tried', async () => {
  await using auth = await withBoss()
  const origin = from(auth.boss)
  const attempts = [
    () => suspendUser(auth.deps, origin, 'boss'), () => removeUser(auth.deps, origin, 'boss', NO_SIGNAL), () => setAdmin(auth.deps, origin, { name: 'boss', isAdmin: false }),
  ]
  for (const attempt of attempts) {
    await expect(attempt()).rejects.toMatchObject({ reason: 'IN_USE', message: expect.stringContaining('last admin of this hub') })
  }
  await auth.addUser('ana')
  await setAdmin(auth.deps, origin, { name: 'ana', isAdmin: true })
  await suspendUser(auth.deps, origin, 'ana')
  await expect(setAdmin(auth.deps, origin, { name: 'boss', isAdmin: false })).rejects.toMatchObject({ reason: 'IN_USE' })
  await removeUser(auth.deps, origin, 'ana', NO_SIGNAL)
  await createUser(auth.deps, origin, { ...NEW, isAdmin: true })
  await setAdmin(auth.deps, origin, { name: 'boss', isAdmin: false })
})

test('two admins who suspend each other at once: one stays', async () => {
  await using auth = await withBoss()
  const ana = await auth.addUser('ana', { isAdmin: true })
  const outcomes = await Promise.allSettled([suspendUser(auth.deps, from(auth.boss), 'ana'), suspendUser(auth.deps, from(ana), 'boss')])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('who owns repos stays until they are moved; then everything of the user goes', async () => {
  await using auth = await withBoss()
  const ana = await auth.addUser('Ana')
  const team = await auth.addOrg('team')
  await setMember(auth.deps, from(auth.boss), { org: 'team', user: 'boss', role: 'admin' })
  await setMember(auth.deps, from(auth.boss), { org: 'team', user: 'ana', role: 'admin' })
  auth.repos.set('Ana', ['model Ana/m']).set('team', ['dataset team/d'])
  await expect(removeUser(auth.deps, from(auth.boss), 'ana', NO_SIGNAL)).rejects.toMatchObject({ reason: 'IN_USE', message: 'Ana owns repositories (model Ana/m): move or delete them first' })
  await expect(removeOrg(auth.deps, from(auth.boss), 'TEAM', NO_SIGNAL)).rejects.toMatchObject({ reason: 'IN_USE' })
  auth.repos.clear()
  await removeUser(auth.deps, from(auth.boss), 'ana', NO_SIGNAL)
  await expect(getProfile(auth.stores.directory, { name: 'ana', kind: undefined }, NO_SIGNAL)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await removeOrg(auth.deps, from(auth.boss), 'team', NO_SIGNAL)
  for (const name of ['ana', 'team']) expect(await auth.stores.directory.findProfile(name)).toBeUndefined()
  const left = await auth.db.query<{ rows: number }>({ text: `SELECT (SELECT count(*) FROM members WHERE org_id = $1 OR user_id = $2) + (SELECT count(*) FROM access_tokens WHERE user_id = $2) AS rows`, values: [team, ana.id] })
  expect(left[0]?.rows).toBe(0)
  await expect(removeUser(auth.deps, from(auth.boss), 'ana', NO_SIGNAL)).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  const { rows } = await listAuditEntries(auth.stores.audit, auth.boss, { ...LOG, target: 'ANA' }, NO_SIGNAL)
  expect(rows.map(({ action }) => action)).toEqual(['user.remove', 'token.create', 'user.create'])
})

test('a password is set or made; either ends the sessions', async () => {
  await using auth = await withBoss()
  await auth.addUser('ana')
  expect(await resetPassword(auth.deps, from(auth.boss), { name: 'ana', password: 'correct horse' })).toBeUndefined()
  const generated = await resetPassword(auth.deps, from(auth.boss), { name: 'ana', password: undefined })
  expect(generated).toMatch(/^[\w-]{24}$/)
  expect((await auth.stores.sessions.findPasswordOwner('ana'))?.passwordHash).toBe(`plain ${generated}`)
  await expect(resetPassword(auth.deps, from(auth.boss), { name: 'ana', password: 'short' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect((await auth.auditActions()).slice(-4)).toEqual(['user.password.set', 'session.end-all', 'user.password.set', 'session.end-all'])
})

test('admins of an organisation manage its members, and only those', async () => {
  await using auth = await withBoss()
  const [team, other] = [await auth.addOrg('Team'), await auth.addOrg('other')]
  const ana = memberOf(team, 'Team', await auth.addUser('Ana'), 'admin')
  const bo = memberOf(team, 'Team', await auth.addUser('bo'), 'write')
  await setMember(auth.deps, from(auth.boss), { org: 'team', user: 'ana', role: 'admin' })
  expect(await setMember(auth.deps, from(ana), { org: 'TEAM', user: 'BO', role: 'write' })).toEqual({ userId: bo.id, name: 'bo', isNew: true })
  expect(await setMember(auth.deps, from(ana), { org: 'team', user: 'bo', role: 'contributor' })).toMatchObject({ isNew: false })
  expect(await setMember(auth.deps, from(ana), { org: 'team', user: 'bo', role: 'contributor' })).toMatchObject({ isNew: false })
  for (const actor of [bo, { ...ana, token: { id: 'x', role: 'read' as const } }]) await expect(setMember(auth.deps, from(actor), { org: 'team', user: 'nobody', role: 'read' })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(setMember(auth.deps, from(ana), { org: 'other', user: 'bo', role: 'read' })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(setMember(auth.deps, from(ana), { org: 'team', user: 'nobody', role: 'read' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(setMember(auth.deps, from(ana), { org: 'team', user: 'other', role: 'read' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(setMember(auth.deps, from(ana), { org: 'bo', user: 'bo', role: 'read' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(setMember(auth.deps, from({ kind: 'anonymous' }), { org: 'team', user: 'bo', role: 'read' })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  const scoped = { canReadGatedRepos: false, global: [], scoped: [{ kind: 'namespace' as const, id: team, permissions: ['org.write' as const] }] }
  await setMember(auth.deps, from({ ...ana, token: { id: 'x', role: 'fineGrained', scopes: scoped } }), { org: 'team', user: 'boss', role: 'read' })
  expect(other).not.toBe(team)
  expect(auth.events.slice(-4).map(({ type }) => type.replace('hearth.auth.v1.', ''))).toEqual(['member.added', 'member.added', 'member.updated', 'member.added'])
})

test('the last admin of an organisation stays; members may leave', async () => {
  await using auth = await withBoss()
  await auth.addOrg('team')
  const [ana, bo] = [await auth.addUser('ana'), await auth.addUser('bo')]
  const origin = from(auth.boss)
  await setMember(auth.deps, origin, { org: 'team', user: 'ana', role: 'admin' })
  await setMember(auth.deps, origin, { org: 'team', user: 'bo', role: 'read' })
  const last = { reason: 'IN_USE', message: 'ana is the last admin of the organization team: make somebody else admin first' }
  await expect(removeMember(auth.deps, from(ana), { org: 'team', user: 'ana' })).rejects.toMatchObject(last)
  await expect(setMember(auth.deps, origin, { org: 'team', user: 'ana', role: 'write' })).rejects.toMatchObject(last)
  for (const attempt of [() => suspendUser(auth.deps, origin, 'ana'), () => removeUser(auth.deps, origin, 'ana', NO_SIGNAL)]) await expect(attempt()).rejects.toMatchObject(last)
  await removeMember(auth.deps, from(bo), { org: 'team', user: 'BO' })
  await expect(removeMember(auth.deps, from(bo), { org: 'team', user: 'bo' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(removeMember(auth.deps, from({ ...bo, token: { id: 'x', role: 'read' } }), { org: 'team', user: 'bo' })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await setMember(auth.deps, origin, { org: 'team', user: 'bo', role: 'admin' })
  await suspendUser(auth.deps, origin, 'bo')
  await expect(removeMember(auth.deps, origin, { org: 'team', user: 'ana' })).rejects.toMatchObject(last)
  await unsuspendUser(auth.deps, origin, 'bo')
  await removeMember(auth.deps, origin, { org: 'team', user: 'ana' })
})

test('a user is in a bounded number of organisations', async () => {
  await using auth = await withBoss()
  const ana = await auth.addUser('ana')
  await auth.addOrg('one-more')
  await auth.db.run({ text: `INSERT INTO accounts (id, kind, name, full_name, create_time) SELECT lpad(to_hex(n + 1000000), 24, '0'), 'org', 'org-' || n, 'x', now() FROM generate_series(1, $1::int) n`, values: [MAX_MEMBERSHIPS] })
  await auth.db.run({ text: `INSERT INTO organisations (account_id, default_visibility) SELECT id, 'public' FROM accounts WHERE name LIKE 'org-%'` })
  await auth.db.run({ text: `INSERT INTO members (org_id, user_id, role, create_time) SELECT id, $1, 'read', now() FROM accounts WHERE name LIKE 'org-%'`, values: [ana.id] })
  await expect(setMember(auth.deps, from(auth.boss), { org: 'one-more', user: 'ana', role: 'read' })).rejects.toMatchObject({ reason: 'IN_USE' })
})

test('users and members are listed in order of their names, page by page', async () => {
  await using auth = await withBoss()
  const team = await auth.addOrg('team')
  for (const name of ['Zoe', 'ana', '_bot', 'b.c', 'B-d', 'cy1']) {
    await auth.addUser(name)
    await setMember(auth.deps, from(auth.boss), { org: 'team', user: name, role: 'read' })
  }
  await suspendUser(auth.deps, from(auth.boss), 'cy1')
  const walk = async (list: (page: { pageSize: number | undefined; pageToken: string | undefined }) => Promise<{ rows: readonly { name: string }[]; nextPageToken: string | undefined }>, pageSize: number | undefined): Promise<string[]> => {
    const names: string[] = []
    let pageToken: string | undefined
    do {
      const page = await list({ pageSize, pageToken })
      names.push(...page.rows.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    return names
  }
  const users = (part: object = {}) => (page: typeof PAGE) => listUsers(auth.deps, auth.boss, { search: undefined, isSuspended: undefined, ...part, ...page }, NO_SIGNAL)
  const members = (page: typeof PAGE) => listMembers(auth.stores.directory, 'team', page, NO_SIGNAL)
  const all = ['_bot', 'ana', 'B-d', 'b.c', 'Boss', 'cy1', 'Zoe']
  for (const size of [undefined, 1, 2, 7]) {
    expect(await walk(users(), size)).toEqual(all)
    expect(await walk(members, size)).toEqual(all.filter((name) => name !== 'Boss'))
  }
  expect(await walk(users({ search: 'O' }), 1)).toEqual(['_bot', 'ana', 'B-d', 'b.c', 'Boss', 'cy1', 'Zoe'])
  expect(await walk(users({ search: 'BO' }), 1)).toEqual(['_bot', 'Boss'])
  expect(await walk(users({ search: '%' }), 1)).toEqual([])
  expect(await walk(users({ isSuspended: true }), 1)).toEqual(['cy1'])
  for (const page of [{ pageSize: 0 }, { pageSize: 1001 }, { pageToken: '%%' }, { pageToken: '' }]) await expect(users()({ ...PAGE, ...page })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(team).toHaveLength(24)
})
