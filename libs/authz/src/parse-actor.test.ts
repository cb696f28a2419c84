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

test('unknown claims are left behind', () => {
  expect(parseActor({ ...USER, isGod: true })).toEqual(USER)
})

test.each([
  undefined, null, 'user', [], {}, { kind: 'anonymous' }, { kind: 'service' }, { kind: 'service', name: '' }, { kind: 'root', name: 'x' },
  { ...USER, id: '' }, { ...USER, name: 7 }, { ...USER, isAdmin: 'yes' }, { ...USER, isAdmin: undefined }, { ...USER, orgs: undefined },
  { ...USER, orgs: [null] }, { ...USER, orgs: [{ id: 'x', name: 'y', role: 'owner' }] }, { ...USER, orgs: [{ id: 'x', role: 'read' }] },
  { ...USER, token: undefined }, { ...USER, token: { id: 'x', role: 'admin' } }, { ...USER, token: { role: 'write' } },
])('refuses %j', (claim) => {
  expect(parseActor(claim)).toBeUndefined()
})
