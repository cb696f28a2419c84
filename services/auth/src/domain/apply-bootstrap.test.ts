import { expect, test } from 'vitest'
import { BO_TOKEN, BOOTSTRAP, testEntropy } from '../../test/fixtures.ts'
import { MemoryAccountStore } from '../stores/account-store.memory.ts'
import { hashAccessToken } from './access-token.ts'
import { applyBootstrap, type BootstrapChange } from './apply-bootstrap.ts'
import { parseBootstrapDocument } from './bootstrap-document.ts'

function setUp() {
  const accounts = new MemoryAccountStore()
  const deps = { accounts, entropy: testEntropy(), hashPassword: (password: string) => Promise.resolve(`$hash of ${password.length}`) }
  const apply = (document: object): Promise<readonly BootstrapChange[]> => applyBootstrap(deps, parseBootstrapDocument(JSON.stringify(document)))
  return { accounts, apply }
}

test('makes everything once, and says so', async () => {
  const { accounts, apply } = setUp()
  expect((await apply(BOOTSTRAP)).map(({ action, subject, name }) => `${action} ${subject} ${name}`)).toEqual([
    'created user __Ana__', 'created token __Ana__/write', 'created user bo', 'created token bo/read',
    'created org Team', 'created member Team/__ana__', 'created member Team/BO',
  ])
  expect(await apply(BOOTSTRAP)).toEqual([])
  expect(accounts.events).toHaveLength(7)
  const [owner] = await accounts.findCredentials([hashAccessToken(BO_TOKEN)])
  expect(owner).toMatchObject({ userName: 'bo', role: 'read', isAdmin: false, orgs: [{ name: 'Team', role: 'contributor' }] })
})

test('adds what is new and keeps what is different', async () => {
  const { accounts, apply } = setUp()
  await apply(BOOTSTRAP)
  const changes = await apply({
    users: [{ name: 'BO', admin: true, password: 'long enough', fullname: 'Other', tokens: [{ name: 'read', value: BO_TOKEN, role: 'write' }, { name: 'new', value: 'hf_new_token', role: 'write' }] }],
    orgs: [{ name: 'team', members: [{ user: 'bo', role: 'read' }] }],
  })
  expect(changes).toEqual([
    { action: 'updated', subject: 'user', name: 'BO', detail: 'is an admin now' },
    { action: 'updated', subject: 'user', name: 'BO', detail: 'has a password now' },
    { action: 'kept', subject: 'token', name: 'BO/read', detail: 'its role stays read' },
    { action: 'created', subject: 'token', name: 'BO/new' },
    { action: 'kept', subject: 'member', name: 'team/bo', detail: 'the role stays contributor' },
  ])
  expect(await accounts.findNamespaces({ names: ['bo'], ids: [] })).toMatchObject([{ name: 'bo', fullName: 'Bo' }])
})

test.each<[string, object]>([
  ['user BO2: an organisation has this name already', { users: [{ name: 'BO2' }] }],
  ['organisation bo: a user has this name already', { orgs: [{ name: 'bo' }] }],
  ['token t of user cy: its value belongs to another user already', { users: [{ name: 'cy', tokens: [{ name: 't', value: BO_TOKEN, role: 'read' }] }] }],
  ['organisation x: its member nobody is neither in the document nor known', { orgs: [{ name: 'x', members: [{ user: 'nobody', role: 'read' }] }] }],
  ['organisation x: its member bo2 is an organisation', { orgs: [{ name: 'x', members: [{ user: 'bo2', role: 'read' }] }] }],
])('refuses as a whole: %s', async (message, document) => {
  const { accounts, apply } = setUp()
  await apply({ ...BOOTSTRAP, orgs: [{ name: 'bo2' }] })
  const before = accounts.events.length
  await expect(apply({ ...document, users: [{ name: 'fresh' }, ...('users' in document ? document.users as object[] : [])] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', message })
  expect(accounts.events).toHaveLength(before)
})

test('a user is in 300 organisations of a document at most', async () => {
  const { apply } = setUp()
  const orgs = Array.from({ length: 301 }, (_, n) => ({ name: `org-${n}`, members: [{ user: 'ana', role: 'read' }] }))
  await expect(apply({ users: [{ name: 'ana' }], orgs })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})
