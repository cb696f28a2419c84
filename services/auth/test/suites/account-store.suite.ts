import type { OrgRole } from '@hearth/authz'
import { newObjectId, type ObjectId, type Sha256 } from '@hearth/ids'
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashAccessToken } from '../../src/domain/access-token.ts'
import type { AccountEvent } from '../../src/domain/account-events.ts'
import type { AccountWrite } from '../../src/domain/account-write.ts'
import type { AccountSnapshot, AccountStore } from '../../src/domain/ports.ts'

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: AccountStore
  readEvents(): Promise<readonly AccountEvent[]>
}

const CREATE_MS = Date.UTC(2030, 1, 2, 3, 4, 5, 678)

function id(): ObjectId {
  return newObjectId(CREATE_MS, randomBytes)
}

function user(name: string, part: Partial<Extract<AccountWrite, { kind: 'createUser' }>> = {}): Extract<AccountWrite, { kind: 'createUser' }> {
  return { kind: 'createUser', id: id(), name, fullName: `${name} F`, email: undefined, isAdmin: false, passwordHash: undefined, createMs: CREATE_MS, ...part }
}

function org(name: string): Extract<AccountWrite, { kind: 'createOrg' }> {
  return { kind: 'createOrg', id: id(), name, fullName: `The ${name}`, defaultVisibility: 'private', createMs: CREATE_MS }
}

type TokenWrite = Extract<AccountWrite, { kind: 'addToken' }>

function token(userId: ObjectId, value: string, part: Partial<TokenWrite> = {}): TokenWrite {
  return {
    kind: 'addToken', tokenId: id(), userId, userName: 'ana', sha256: hashAccessToken(value), role: 'read', scopes: undefined, displayName: 'laptop',
    createMs: CREATE_MS, expireMs: undefined, ...part,
  }
}

function member(org: { id: ObjectId; name: string }, who: { id: ObjectId; name: string }, role: OrgRole): Extract<AccountWrite, { kind: 'addMember' }> {
  return { kind: 'addMember', orgId: org.id, orgName: org.name, userId: who.id, userName: who.name, role, createMs: CREATE_MS }
}

const ORIGIN = { actor: { kind: 'service', name: 'test' }, requestId: 'r' } as const

async function write(store: AccountStore, ...writes: readonly AccountWrite[]): Promise<void> {
  await store.change({ names: [], tokens: [] }, () => Promise.resolve(writes), ORIGIN)
}

async function look(store: AccountStore, names: readonly string[], tokens: readonly Sha256[] = []): Promise<AccountSnapshot> {
  const seen: AccountSnapshot[] = []
  await store.change({ names, tokens }, (snapshot) => {
    seen.push(snapshot)
    return Promise.resolve([])
  }, ORIGIN)
  const [first] = seen
  if (first === undefined) throw new Error('no snapshot')
  return first
}

/** What every AccountStore must do. */
export function accountStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    testReads(open)
    testChanges(open)
  })
}

function testReads(open: () => Promise<StoreUnderTest>): void {
  test('a token leads to its user and the user\'s organisations, in order of their names', async () => {
    await using world = await open()
    const [ana, zoo, ant] = [user('Ana', { isAdmin: true }), org('zoo'), org('Ant')]
    const key = token(ana.id, 'hf_ana')
    await write(world.store, ana, zoo, ant, key, member(zoo, ana, 'read'), member(ant, ana, 'admin'))
    expect(await world.store.findCredentials([key.sha256, hashAccessToken('hf_other')])).toEqual([{
      sha256: key.sha256, credentialId: key.tokenId, isSession: false, role: 'read', scopes: undefined, userId: ana.id, userName: 'Ana', isAdmin: true, isSuspended: false,
      expireMs: undefined,
      orgs: [{ id: ant.id, name: 'Ant', role: 'admin' }, { id: zoo.id, name: 'zoo', role: 'read' }],
    }])
    expect(await world.store.findIdentity(ana.id, key.tokenId)).toEqual({
      identity: {
        id: ana.id, name: 'Ana', fullName: 'Ana F', email: undefined, isAdmin: true, createMs: CREATE_MS,
        memberships: [
          { orgId: ant.id, orgName: 'Ant', orgFullName: 'The Ant', role: 'admin' },
          { orgId: zoo.id, orgName: 'zoo', orgFullName: 'The zoo', role: 'read' },
        ],
      },
      token: { id: key.tokenId, displayName: 'laptop', role: 'read', scopes: undefined, createMs: CREATE_MS, expireMs: undefined, lastUsedMs: undefined },
    })
  })

  test('scopes and expiry of a token come back as they were', async () => {
    await using world = await open()
    const ana = user('ana')
    const scopes = { canReadGatedRepos: true, global: ['discussion.write'], scoped: [{ kind: 'repo', id: id(), permissions: ['repo.content.read', 'repo.write'] }] } as const
    const key = token(ana.id, 'hf_fine', { role: 'fineGrained', scopes, expireMs: CREATE_MS + 7 })
    await write(world.store, ana, key)
    expect((await world.store.findCredentials([key.sha256]))[0]).toMatchObject({ role: 'fineGrained', scopes, expireMs: CREATE_MS + 7 })
    expect((await world.store.findIdentity(ana.id, key.tokenId))?.token).toMatchObject({ scopes, createMs: CREATE_MS, expireMs: CREATE_MS + 7 })
    await expect(write(world.store, token(ana.id, 'hf_odd', { role: 'write', scopes }))).rejects.toThrow()
  })

  test('a user without organisations, a token that is gone, a user that is gone', async () => {
    await using world = await open()
    const [ana, bo] = [user('ana', { email: 'ana@example.org' }), user('bo')]
    const key = token(bo.id, 'hf_bo')
    await write(world.store, ana, bo, key)
    expect((await world.store.findCredentials([key.sha256]))[0]?.orgs).toEqual([])
    const found = await world.store.findIdentity(ana.id, id())
    expect(found?.identity).toMatchObject({ email: 'ana@example.org', memberships: [] })
    expect(found?.token).toBeUndefined()
    expect((await world.store.findIdentity(ana.id, key.tokenId))?.token).toBeUndefined()
    expect(await world.store.findIdentity(id(), key.tokenId)).toBeUndefined()
  })

  test('namespaces are found by folded name and by id, once each', async () => {
    await using world = await open()
    const [ana, team] = [user('Ana_1'), org('Team')]
    await write(world.store, ana, team)
    const found = await world.store.findNamespaces({ names: ['ana_1', 'nobody'], ids: [team.id, ana.id, 'x'] })
    expect(found.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { id: ana.id, kind: 'user', name: 'Ana_1', fullName: 'Ana_1 F', defaultVisibility: 'public' },
      { id: team.id, kind: 'org', name: 'Team', fullName: 'The Team', defaultVisibility: 'private' },
    ])
    expect(await world.store.findNamespaces({ names: [], ids: [] })).toEqual([])
  })
}

function testChanges(open: () => Promise<StoreUnderTest>): void {
  test('a snapshot holds what was asked for', async () => {
    await using world = await open()
    expect(await world.store.hasAccounts()).toBe(false)
    expect(await look(world.store, ['ana'])).toEqual({ hasAccounts: false, accounts: new Map(), members: [], tokens: new Map(), ownTokens: [], activeAdminIds: [] })
    const [ana, bo, team] = [user('Ana', { passwordHash: '$hash' }), user('bo'), org('team')]
    const key = token(bo.id, 'hf_bo')
    await write(world.store, ana, bo, team, key, member(team, bo, 'contributor'))
    expect(await world.store.hasAccounts()).toBe(true)
    const snapshot = await look(world.store, ['ana', 'team'], [key.sha256])
    expect(snapshot.hasAccounts).toBe(true)
    expect([...snapshot.accounts].toSorted()).toEqual([
      ['ana', { id: ana.id, kind: 'user', name: 'Ana', isAdmin: false, isSuspended: false, hasPassword: true }],
      ['team', { id: team.id, kind: 'org', name: 'team', isAdmin: false, isSuspended: false, hasPassword: false }],
    ])
    expect(snapshot.members).toEqual([{ orgId: team.id, orgName: 'team', userId: bo.id, role: 'contributor', isSuspended: false }])
    expect((await look(world.store, ['bo'])).ownTokens).toEqual([{ id: key.tokenId, userId: bo.id, displayName: 'laptop', expireMs: undefined }])
    expect(snapshot.tokens).toEqual(new Map([[key.sha256, { userId: bo.id, role: 'read', displayName: 'laptop' }]]))
  })

  test('users can be changed; every write has its event, without secrets', async () => {
    await using world = await open()
    const ana = user('ana')
    const key = token(ana.id, 'hf_ana')
    await write(world.store, ana, key)
    const who = { userId: ana.id, userName: ana.name }
    await write(world.store, { kind: 'setAdmin', ...who, isAdmin: true }, { kind: 'setPassword', ...who, passwordHash: '$secret' })
    expect((await look(world.store, ['ana'])).accounts.get('ana')).toMatchObject({ isAdmin: true, hasPassword: true })
    const events = await world.readEvents()
    expect(events).toEqual([
      { type: 'hearth.auth.v1.account.created', payload: { accountId: ana.id, kind: 'user', name: 'ana' } },
      { type: 'hearth.auth.v1.token.created', payload: { tokenId: key.tokenId, userId: ana.id, role: 'read' } },
      { type: 'hearth.auth.v1.account.updated', payload: { accountId: ana.id } },
      { type: 'hearth.auth.v1.account.updated', payload: { accountId: ana.id } },
    ])
  })

  test('a snapshot of an admin tells who else could take over', async () => {
    await using world = await open()
    const [ana, bo, cy, team] = [user('ana', { isAdmin: true }), user('bo', { isAdmin: true }), user('cy'), org('team')]
    await write(world.store, ana, bo, cy, team, member(team, ana, 'admin'), member(team, bo, 'admin'), member(team, cy, 'write'))
    const seen = await look(world.store, ['ana'])
    expect(seen.members.map(({ userId, role }) => [userId, role]).toSorted()).toEqual([[ana.id, 'admin'], [bo.id, 'admin']].toSorted())
    expect(seen.activeAdminIds.toSorted()).toEqual([ana.id, bo.id].toSorted())
    await write(world.store, { kind: 'setSuspended', userId: bo.id, userName: 'bo', suspendMs: CREATE_MS })
    const later = await look(world.store, ['ana', 'bo'])
    expect(later.activeAdminIds).toEqual([ana.id])
    expect(later.accounts.get('bo')).toMatchObject({ isSuspended: true })
    expect(later.members.find(({ userId }) => userId === bo.id)).toMatchObject({ isSuspended: true })
    expect((await look(world.store, ['cy'])).members).toHaveLength(1)
  })

  test('members and tokens change and go; a user goes with all that is theirs', async () => {
    await using world = await open()
    const [ana, bo, team] = [user('ana'), user('bo'), org('team')]
    const [first, second] = [token(ana.id, 'hf_first'), token(ana.id, 'hf_second')]
    await write(world.store, ana, bo, team, first, second, member(team, ana, 'read'), member(team, bo, 'admin'))
    const who = { orgId: team.id, orgName: 'team', userId: ana.id, userName: 'ana' }
    await write(world.store, { kind: 'setMemberRole', ...who, role: 'write', formerRole: 'read' }, { kind: 'removeToken', tokenId: first.tokenId, userId: ana.id, userName: 'ana', displayName: 'laptop' })
    expect(await world.store.findCredentials([first.sha256, second.sha256])).toMatchObject([{ credentialId: second.tokenId, orgs: [{ role: 'write' }] }])
    await expect(write(world.store, { kind: 'removeToken', tokenId: second.tokenId, userId: bo.id, userName: 'bo', displayName: '' })).rejects.toThrow('0 rows')
    await write(world.store, { kind: 'removeMember', ...who })
    expect((await world.store.findCredentials([second.sha256]))[0]?.orgs).toEqual([])
    await write(world.store, { kind: 'removeUser', userId: ana.id, userName: 'ana' }, { kind: 'removeOrg', orgId: team.id, orgName: 'team' })
    expect(await world.store.findCredentials([second.sha256])).toEqual([])
    expect(await world.store.findNamespaces({ names: ['ana', 'team', 'bo'], ids: [] })).toMatchObject([{ name: 'bo' }])
    expect((await world.readEvents()).slice(-6).map(({ type }) => type.replace('hearth.auth.v1.', ''))).toEqual(
      ['member.updated', 'token.revoked', 'member.removed', 'account.removed', 'account.removed'].slice(-6).toSpliced(0, 0, 'member.added'))
    await write(world.store, user('ANA'))
  })

  test('a failing write leaves nothing behind, neither rows nor events', async () => {
    await using world = await open()
    await write(world.store, user('Taken'))
    await expect(write(world.store, user('new'), user('tAKEN'))).rejects.toThrow()
    await expect(write(world.store, user('new'), org('taken'))).rejects.toThrow()
    await expect(write(world.store, user('new'), token(id(), 'hf_x'))).rejects.toThrow()
    await expect(world.store.change({ names: [], tokens: [] }, () => Promise.reject(new Error('no')), ORIGIN)).rejects.toThrow('no')
    expect(await world.store.findNamespaces({ names: ['new'], ids: [] })).toEqual([])
    expect(await world.readEvents()).toHaveLength(1)
  })

  test('changes do not run side by side', async () => {
    await using world = await open()
    const addOnce = () => world.store.change({ names: ['ana'], tokens: [] }, async (snapshot) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return snapshot.accounts.has('ana') ? [] : [user('ana')]
    }, ORIGIN)
    await Promise.all(Array.from({ length: 6 }, addOnce))
    expect(await world.readEvents()).toHaveLength(1)
  })
}
