import { newObjectId, type ObjectId, type Sha256 } from '@hearth/ids'
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashAccessToken } from '../../src/domain/access-token.ts'
import type { AccountEvent } from '../../src/domain/account-events.ts'
import type { AccountSnapshot, AccountStore, AccountWrite } from '../../src/domain/ports.ts'

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

function token(userId: ObjectId, value: string): Extract<AccountWrite, { kind: 'addToken' }> {
  return { kind: 'addToken', id: id(), userId, sha256: hashAccessToken(value), role: 'read', displayName: 'laptop', createMs: CREATE_MS }
}

async function write(store: AccountStore, ...writes: readonly AccountWrite[]): Promise<void> {
  await store.change({ names: [], tokens: [] }, () => Promise.resolve(writes))
}

async function look(store: AccountStore, names: readonly string[], tokens: readonly Sha256[] = []): Promise<AccountSnapshot> {
  const seen: AccountSnapshot[] = []
  await store.change({ names, tokens }, (snapshot) => {
    seen.push(snapshot)
    return Promise.resolve([])
  })
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
    await write(world.store, ana, zoo, ant, key,
      { kind: 'addMember', orgId: zoo.id, userId: ana.id, role: 'read', createMs: CREATE_MS },
      { kind: 'addMember', orgId: ant.id, userId: ana.id, role: 'admin', createMs: CREATE_MS })
    expect(await world.store.findCredentials([key.sha256, hashAccessToken('hf_other')])).toEqual([{
      tokenSha256: key.sha256, tokenId: key.id, role: 'read', userId: ana.id, userName: 'Ana', isAdmin: true, isSuspended: false, expireMs: undefined,
      orgs: [{ id: ant.id, name: 'Ant', role: 'admin' }, { id: zoo.id, name: 'zoo', role: 'read' }],
    }])
    expect(await world.store.findIdentity(ana.id, key.id)).toEqual({
      identity: {
        id: ana.id, name: 'Ana', fullName: 'Ana F', email: undefined, isAdmin: true, createMs: CREATE_MS,
        memberships: [
          { orgId: ant.id, orgName: 'Ant', orgFullName: 'The Ant', role: 'admin' },
          { orgId: zoo.id, orgName: 'zoo', orgFullName: 'The zoo', role: 'read' },
        ],
      },
      token: { id: key.id, displayName: 'laptop', role: 'read', createMs: CREATE_MS },
    })
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
    expect((await world.store.findIdentity(ana.id, key.id))?.token).toBeUndefined()
    expect(await world.store.findIdentity(id(), key.id)).toBeUndefined()
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
    expect(await look(world.store, ['ana'])).toEqual({ hasAccounts: false, accounts: new Map(), members: [], tokens: new Map() })
    const [ana, bo, team] = [user('Ana', { passwordHash: '$hash' }), user('bo'), org('team')]
    const key = token(bo.id, 'hf_bo')
    await write(world.store, ana, bo, team, key, { kind: 'addMember', orgId: team.id, userId: bo.id, role: 'contributor', createMs: CREATE_MS })
    expect(await world.store.hasAccounts()).toBe(true)
    const snapshot = await look(world.store, ['ana', 'team'], [key.sha256])
    expect(snapshot.hasAccounts).toBe(true)
    expect([...snapshot.accounts].toSorted()).toEqual([
      ['ana', { id: ana.id, kind: 'user', name: 'Ana', isAdmin: false, hasPassword: true }],
      ['team', { id: team.id, kind: 'org', name: 'team', isAdmin: false, hasPassword: false }],
    ])
    expect(snapshot.members).toEqual([{ orgId: team.id, userId: bo.id, role: 'contributor' }])
    expect(snapshot.tokens).toEqual(new Map([[key.sha256, { userId: bo.id, role: 'read', displayName: 'laptop' }]]))
  })

  test('users can be changed; every write has its event, without secrets', async () => {
    await using world = await open()
    const ana = user('ana')
    const key = token(ana.id, 'hf_ana')
    await write(world.store, ana, key)
    await write(world.store, { kind: 'grantAdmin', userId: ana.id }, { kind: 'setPassword', userId: ana.id, passwordHash: '$secret' })
    expect((await look(world.store, ['ana'])).accounts.get('ana')).toMatchObject({ isAdmin: true, hasPassword: true })
    const events = await world.readEvents()
    expect(events).toEqual([
      { type: 'hearth.auth.v1.account.created', payload: { accountId: ana.id, kind: 'user', name: 'ana' } },
      { type: 'hearth.auth.v1.token.created', payload: { tokenId: key.id, userId: ana.id, role: 'read' } },
      { type: 'hearth.auth.v1.account.updated', payload: { accountId: ana.id } },
      { type: 'hearth.auth.v1.account.updated', payload: { accountId: ana.id } },
    ])
  })

  test('a failing write leaves nothing behind, neither rows nor events', async () => {
    await using world = await open()
    await write(world.store, user('Taken'))
    await expect(write(world.store, user('new'), user('tAKEN'))).rejects.toThrow()
    await expect(write(world.store, user('new'), org('taken'))).rejects.toThrow()
    await expect(write(world.store, user('new'), token(id(), 'hf_x'))).rejects.toThrow()
    await expect(world.store.change({ names: [], tokens: [] }, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await world.store.findNamespaces({ names: ['new'], ids: [] })).toEqual([])
    expect(await world.readEvents()).toHaveLength(1)
  })

  test('changes do not run side by side', async () => {
    await using world = await open()
    const addOnce = () => world.store.change({ names: ['ana'], tokens: [] }, async (snapshot) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return snapshot.accounts.has('ana') ? [] : [user('ana')]
    })
    await Promise.all(Array.from({ length: 6 }, addOnce))
    expect(await world.readEvents()).toHaveLength(1)
  })
}
