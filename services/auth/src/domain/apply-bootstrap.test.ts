import { expect, test } from 'vitest'
import { BO_TOKEN, BOOTSTRAP } from '../../test/fixtures.ts'
import { openTestAuth } from '../../test/open-auth.ts'
import { hashAccessToken } from './access-token.ts'
import { applyBootstrap, type BootstrapChange } from './apply-bootstrap.ts'
import { parseBootstrapDocument } from './bootstrap-document.ts'

async function setUp() {
  const auth = await openTestAuth()
  const deps = { accounts: auth.stores.accounts, entropy: auth.entropy, hashPassword: (password: string) => Promise.resolve(`$hash of ${password.length}`) }
  const apply = (document: object): Promise<readonly BootstrapChange[]> => applyBootstrap(deps, parseBootstrapDocument(JSON.stringify(document)))
  return { apply, accounts: auth.stores.accounts, events: auth.events, auth, [Symbol.asyncDispose]: () => auth[Symbol.asyncDispose]() }
}

test('makes everything once, and says so', async () => {
  await using world = await setUp()
  const { accounts, apply, events } = world
  expect((await apply(BOOTSTRAP)).map(({ action, subject, name }) => `${action} ${subject} ${name}`)).toEqual([
    'created user __Ana__', 'created user bo', 'created org Team', 'created member Team/__ana__', 'created member Team/BO',
    'created token __Ana__/write', 'created token bo/read',
  ])
  expect(await apply(BOOTSTRAP)).toEqual([])
  expect(events).toHaveLength(7)
  const [owner] = await accounts.findCredentials([hashAccessToken(BO_TOKEN)])
  expect(owner).toMatchObject({ userName: 'bo', role: 'read', isAdmin: false, orgs: [{ name: 'Team', role: 'contributor' }] })
})

test('adds what is new and keeps what is different', async () => {
  await using world = await setUp()
  const { accounts, apply } = world
  await apply(BOOTSTRAP)
  const changes = await apply({
    users: [{ name: 'BO', admin: true, password: 'long enough', fullname: 'Other', tokens: [{ name: 'read', value: BO_TOKEN, role: 'write' }, { name: 'new', value: 'hf_new_token', role: 'write' }] }],
    orgs: [{ name: 'team', members: [{ user: 'bo', role: 'read' }] }],
  })
  expect(changes).toEqual([
    { action: 'updated', subject: 'user', name: 'BO', detail: 'is an admin now' },
    { action: 'updated', subject: 'user', name: 'BO', detail: 'has a password now' },
    { action: 'kept', subject: 'member', name: 'team/bo', detail: 'the role stays contributor' },
    { action: 'kept', subject: 'token', name: 'BO/read', detail: 'its role stays read' },
    { action: 'created', subject: 'token', name: 'BO/new' },
  ])
  expect(await accounts.findNamespaces({ names: ['bo'], ids: [] })).toMatchObject([{ name: 'bo', fullName: 'Bo' }])
})

test.each<[string, object]>([
  ['user BO2: an organisation has this name already', { users: [{ name: 'BO2' }] }],
  ['organisation bo: a user has this name already', { orgs: [{ name: 'bo' }] }],
  ['token t of user cy: its value belongs to another user already', { users: [{ name: 'cy', tokens: [{ name: 't', value: BO_TOKEN, role: 'read' }] }] }],
  ['organisation x: its member nobody is neither in the document nor known', { orgs: [{ name: 'x', members: [{ user: 'nobody', role: 'read' }] }] }],
  ['token t of user cy: there is no org nobody for its scopes', { users: [{ name: 'cy', tokens: [{ name: 't', value: 'hf_12345678', role: 'fineGrained', scopes: { scoped: [{ entity: { type: 'org', name: 'nobody' }, permissions: [] }] } }] }] }],
  ['token t of user cy: there is no user bo2 for its scopes', { users: [{ name: 'cy', tokens: [{ name: 't', value: 'hf_12345678', role: 'fineGrained', scopes: { scoped: [{ entity: { type: 'user', name: 'bo2' }, permissions: [] }] } }] }] }],
  ['organisation x: its member bo2 is an organisation', { orgs: [{ name: 'x', members: [{ user: 'bo2', role: 'read' }] }] }],
])('refuses as a whole: %s', async (message, document) => {
  await using world = await setUp()
  const { apply, events } = world
  await apply({ ...BOOTSTRAP, orgs: [{ name: 'bo2' }] })
  const before = events.length
  await expect(apply({ ...document, users: [{ name: 'fresh' }, ...('users' in document ? document.users as object[] : [])] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', message })
  expect(events).toHaveLength(before)
})

test('a user is in 300 organisations of a document at most', async () => {
  await using world = await setUp()
  const { apply } = world
  const orgs = Array.from({ length: 301 }, (_, n) => ({ name: `org-${n}`, members: [{ user: 'ana', role: 'read' }] }))
  await expect(apply({ users: [{ name: 'ana' }], orgs })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

test('scopes are bound to ids of the users and organisations that they name', async () => {
  await using world = await setUp()
  const scopes = { canReadGatedRepos: true, scoped: [{ entity: { type: 'user', name: 'Bo' }, permissions: ['repo.content.read', 'discussion.write'] }, { entity: { type: 'org', name: 'TEAM' }, permissions: ['repo.write'] }] }
  await world.apply({ users: [{ name: 'bo', tokens: [{ name: 'fine', value: BO_TOKEN, role: 'fineGrained', scopes }] }], orgs: [{ name: 'team' }] })
  const [owner] = await world.accounts.findCredentials([hashAccessToken(BO_TOKEN)])
  const [bo, team] = (await world.accounts.findNamespaces({ names: ['bo', 'team'], ids: [] })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  expect(owner?.scopes).toEqual({
    canReadGatedRepos: true, global: [],
    scoped: [{ kind: 'namespace', id: bo?.id, permissions: ['repo.content.read', 'discussion.write'] }, { kind: 'namespace', id: team?.id, permissions: ['repo.write'] }],
  })
  expect(await world.auth.auditActions()).toEqual(['user.create', 'org.create', 'token.create'])
})
