import { expect, test } from 'vitest'
import { ANA_TOKEN, BOOTSTRAP } from '../../test/fixtures.ts'
import { parseBootstrapDocument } from './bootstrap-document.ts'

test('reads a document, with defaults, and trims token values', () => {
  const document = parseBootstrapDocument(`\uFEFF${JSON.stringify(BOOTSTRAP)}\n`)
  expect(document.users[0]?.tokens[0]?.value).toBe(ANA_TOKEN)
  expect(document.users[1]).toMatchObject({ name: 'bo', admin: false })
  expect(document.orgs[0]).toMatchObject({ defaultVisibility: 'private' })
  expect(document.aliases).toEqual([{ type: 'model', from: 'gpt2', to: 'openai-community/gpt2' }])
  expect(parseBootstrapDocument('{}')).toEqual({ users: [], orgs: [], aliases: [] })
})

test('tokens of official test suites are taken as they are', () => {
  const tokens = ['hf_hf_dummy_user', 'hf_94wBhPGp6KrrTH3KDchhKpRxZwd6dmHWLL', 'hf_test', 'hf_a.b~c'].filter((value) => value.length >= 8)
    .map((value, n) => ({ name: String(n), value, role: 'write' }))
  expect(parseBootstrapDocument(JSON.stringify({ users: [{ name: '__DUMMY_USER__', tokens }] })).users[0]?.tokens).toHaveLength(3)
})

const user = (part: object) => ({ users: [{ name: 'ana', ...part }] })
const token = (part: object) => user({ tokens: [{ name: 'w', value: 'hf_12345678', role: 'write', ...part }] })

test.each<[string, object, string]>([
  ['unknown field', { userz: [] }, 'userz'],
  ['bad name', { users: [{ name: 'a--b' }] }, 'users[0].name of a--b: must not hold "--"'],
  ['reserved name', { orgs: [{ name: 'Settings' }] }, 'orgs[0].name of Settings: is reserved'],
  ['missing name', { users: [{}] }, 'users[0].name: '],
  ['empty token', token({ value: ' \n' }), 'users[0].tokens[0].value of ana: must begin with "hf_"'],
  ['short token', token({ value: 'hf_1' }), 'users[0].tokens[0].value of ana: must be 8 to 256'],
  ['long token', token({ value: `hf_${'x'.repeat(254)}` }), 'users[0].tokens[0].value of ana: must be 8 to 256'],
  ['white space inside', token({ value: 'hf_12345\n678' }), 'users[0].tokens[0].value of ana: must hold printable'],
  ['scopes of another role', token({ scopes: {} }), 'users[0].tokens[0].scopes of ana: only a fineGrained token has scopes'],
  ['a scope on a repo', token({ role: 'fineGrained', scopes: { scoped: [{ entity: { type: 'model', name: 'm' }, permissions: [] }] } }), 'users[0].tokens[0].scopes.scoped[0].entity.type of ana: must be user or org'],
  ['unknown permission', token({ role: 'fineGrained', scopes: { scoped: [{ entity: { type: 'user', name: 'ana' }, permissions: ['fly'] }] } }), 'users[0].tokens[0].scopes.scoped[0].permissions[0] of ana: '],
  ['bad role', token({ role: 'admin' }), 'users[0].tokens[0].role of ana: '],
  ['short password', user({ password: '1234567' }), 'users[0].password of ana: must have 8'],
  ['bad mail', user({ email: 'nobody' }), 'users[0].email of ana: must be a mail address'],
  ['same name', { users: [{ name: 'ana' }], orgs: [{ name: 'ANA' }] }, 'orgs[0].name of ANA: is named twice'],
  ['same token', { users: [{ name: 'ana', tokens: [{ name: 'a', value: 'hf_12345678', role: 'read' }, { name: 'b', value: 'hf_12345678 ', role: 'read' }] }] }, 'users[0].tokens[1].value of ana: is there twice'],
  ['same member', { orgs: [{ name: 'team', members: [{ user: 'ana', role: 'read' }, { user: 'Ana', role: 'admin' }] }] }, 'orgs[0].members[1].user of team: is a member already'],
  ['alias with a slash', { aliases: [{ type: 'model', from: 'a/b', to: 'c/d' }] }, 'aliases[0].from: may hold'],
  ['alias to one segment', { aliases: [{ type: 'model', from: 'a', to: 'b' }] }, 'aliases[0].to: must be "namespace/name"'],
])('refuses: %s', (_what, document, problem) => {
  expect(() => parseBootstrapDocument(JSON.stringify(document))).toThrow(problem)
})

test('tells all problems at once, and no secret', () => {
  const text = JSON.stringify({ users: [{ name: 'ana', password: 'hunter2', tokens: [{ name: 'w', value: 'sk_secret', role: 'write' }] }] })
  let message = ''
  try {
    parseBootstrapDocument(text)
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain('users[0].password of ana')
  expect(message).toContain('users[0].tokens[0].value of ana')
  expect(message).not.toMatch(/hunter2|sk_secret/)
  expect(() => parseBootstrapDocument('{"users": hf_secret')).toThrow(/^the bootstrap document is not JSON$/)
})
