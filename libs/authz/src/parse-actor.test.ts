import { expect, test } from 'vitest'
import { parseActor } from './parse-actor.ts'

const USER = {
  kind: 'user', id: '0123456789abcdef01234567', name: 'ana', isAdmin: false,
  orgs: [{ id: 'ffffffffffffffffffffffff', name: 'team', role: 'write' }], token: { id: 'aaaaaaaaaaaaaaaaaaaaaaaa', role: 'write' },
}

test('gives back what was signed', () => {
  expect(parseActor(USER)).toEqual(USER)
  expect(parseActor({ kind: 'service', name: 'dataset' })).toEqual({ kind: 'service', name: 'dataset' })
})

const FINE = { ...USER, token: { id: 'x', role: 'fineGrained', scopes: { canReadGatedRepos: true, global: ['discussion.write'], scoped: [{ kind: 'repo', id: 'r', permissions: ['repo.content.read', 'repo.write'] }] } } }

test('gives back scopes and sessions; permissions of a newer version are left behind', () => {
  expect(parseActor(FINE)).toEqual(FINE)
  const session = { ...USER, token: { id: 'x', role: 'write', isSession: true } }
  expect(parseActor(session)).toEqual(session)
  const newer = { canReadGatedRepos: false, global: ['fly'], scoped: [{ kind: 'namespace', id: 'n', permissions: ['repo.fly', 'org.read'], more: 1 }] }
  expect(parseActor({ ...USER, token: { id: 'x', role: 'fineGrained', scopes: newer } })).toMatchObject({ token: { scopes: { global: [], scoped: [{ kind: 'namespace', id: 'n', permissions: ['org.read'] }] } } })
})

const SCOPES = FINE.token.scopes
const SCOPED = SCOPES.scoped[0]
test.each([
  null, 'all', {}, { ...SCOPES, canReadGatedRepos: 1 }, { ...SCOPES, global: 'x' }, { ...SCOPES, scoped: undefined }, { ...SCOPES, scoped: [null] },
  { ...SCOPES, scoped: [{ ...SCOPED, kind: 'planet' }] }, { ...SCOPES, scoped: [{ ...SCOPED, id: '' }] }, { ...SCOPES, scoped: [{ ...SCOPED, permissions: 'x' }] },
  { ...SCOPES, scoped: Array.from({ length: 101 }, () => SCOPED) },
])('refuses scopes %j: without them the token would mean something else', (scopes) => {
  expect(parseActor({ ...USER, token: { id: 'x', role: 'fineGrained', scopes } })).toBeUndefined()
})

test('refuses scopes on a token of another role', () => {
  expect(parseActor({ ...USER, token: { id: 'x', role: 'write', scopes: SCOPES } })).toBeUndefined()
})

test('unknown claims are left behind', () => {
  expect(parseActor({ ...USER, isGod: true })).toEqual(USER)
})

test.each([
  undefined, null, 'user', [], {}, { kind: 'anonymous' }, { kind: 'service' }, { kind: 'service', name: '' }, { kind: 'root', name: 'x' },
  { ...USER, id: '' }, { ...USER, name: 7 }, { ...USER, isAdmin: 'yes' }, { ...USER, isAdmin: undefined }, { ...USER, orgs: undefined },
  { ...USER, orgs: [null] }, { ...USER, orgs: [{ id: 'x', name: 'y', role: 'owner' }] }, { ...USER, orgs: [{ id: 'x', role: 'read' }] },
  { ...USER, token: undefined }, { ...USER, token: { id: 'x', role: 'admin' } }, { ...USER, token: { role: 'write' } }, { ...USER, token: { id: 'x', role: 'write', isSession: 'yes' } },
])('refuses %j', (claim) => {
  expect(parseActor(claim)).toBeUndefined()
})
