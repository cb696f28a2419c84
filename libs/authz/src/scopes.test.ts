import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ORG_ROLES, type Actor, type UserActor } from './actor.ts'
import { can, canAdministerHub, canCreateRepo, canManageMembers, findMissingRight, type Decision, type RepoAction, type RepoResource } from './can.ts'
import { GLOBAL_PERMISSIONS, NAMESPACE_PERMISSIONS, type NamespacePermission, type TokenScope, type TokenScopes } from './scopes.ts'

const ACTIONS = ['see', 'readContent', 'openPullRequest', 'writeContent', 'administer', 'readAccessRequests'] as const satisfies readonly RepoAction[]
const ORG = 'o'.repeat(24)
const REPO: RepoResource = { id: 'r'.repeat(24), namespaceId: ORG, visibility: 'private', gated: 'open', creatorId: 'creator', isGranted: false }
const OPEN: RepoResource = { ...REPO, visibility: 'public' }

function fine(role: UserActor['orgs'][number]['role'] | undefined, scopes: Partial<TokenScopes>, isAdmin = false): UserActor {
  return {
    kind: 'user', id: 'u'.repeat(24), name: 'someone', isAdmin, orgs: role === undefined ? [] : [{ id: ORG, name: 'team', role }],
    token: { id: 't', role: 'fineGrained', scopes: { canReadGatedRepos: false, global: [], scoped: [], ...scopes } },
  }
}

function onRepo(...permissions: NamespacePermission[]): { scoped: TokenScope[] } {
  return { scoped: [{ kind: 'repo', id: REPO.id, permissions }] }
}

function onOrg(...permissions: NamespacePermission[]): { scoped: TokenScope[] } {
  return { scoped: [{ kind: 'namespace', id: ORG, permissions }] }
}

const decisions = (actor: Actor, repo: RepoResource): string => ACTIONS.map((action) => can(actor, action, repo)[0]).join('')

/** One letter per action (see, readContent, openPullRequest, writeContent, administer, readAccessRequests). */
const CASES: readonly (readonly [title: string, actor: UserActor, secret: string, open: string])[] = [
  ['no scopes', fine('admin', {}), 'hhhhhh', 'aaffff'],
  ['reading one repo', fine('admin', onRepo('repo.content.read')), 'aaffff', 'aaffff'],
  ['reading and proposing', fine('admin', onRepo('repo.content.read', 'discussion.write')), 'aaafff', 'aaafff'],
  ['proposing without reading', fine('admin', onRepo('discussion.write')), 'hhhhhh', 'aaafff'],
  ['writing includes reading and proposing', fine('admin', onRepo('repo.write')), 'aaaaaa', 'aaaaaa'],
  ['a writer\'s token does not administer', fine('write', onRepo('repo.write')), 'aaaafa', 'aaaafa'],
  ['a reader\'s token does not write', fine('read', onRepo('repo.write')), 'aaafff', 'aaafff'],
  ['a stranger\'s token opens nothing', fine(undefined, onRepo('repo.write')), 'hhhhhh', 'aaafff'],
  ['access requests alone', fine('admin', onRepo('repo.access.read')), 'hhhhhh', 'aafffa'],
  ['a reader sees no access requests', fine('read', onRepo('repo.content.read', 'repo.access.read')), 'aaffff', 'aaffff'],
  ['the whole organisation', fine('admin', onOrg('repo.content.read')), 'aaffff', 'aaffff'],
  ['org.write is about members, not repos', fine('admin', onOrg('org.write')), 'hhhhhh', 'aaffff'],
  ['another repo', fine('admin', { scoped: [{ kind: 'repo', id: 'x'.repeat(24), permissions: ['repo.write'] }] }), 'hhhhhh', 'aaffff'],
  ['a repo scope with the id of the namespace', fine('admin', { scoped: [{ kind: 'repo', id: ORG, permissions: ['repo.write'] }] }), 'hhhhhh', 'aaffff'],
  ['a namespace scope with the id of the repo', fine('admin', { scoped: [{ kind: 'namespace', id: REPO.id, permissions: ['repo.write'] }] }), 'hhhhhh', 'aaffff'],
  ['proposing everywhere', fine(undefined, { global: ['discussion.write'] }), 'hhhhhh', 'aaafff'],
  ['the hub\'s admin, one repo', fine(undefined, onRepo('repo.content.read'), true), 'aaffff', 'aaffff'],
  ['the hub\'s admin, no scopes', fine(undefined, {}, true), 'hhhhhh', 'aaffff'],
]

test.each(CASES)('fine-grained: %s', (_title, actor, secret, open) => {
  expect([decisions(actor, REPO), decisions(actor, OPEN)]).toEqual([secret, open])
})

describe('gated repos', () => {
  const gated: RepoResource = { ...OPEN, gated: 'manual' }
  test('a grant counts for a token that may read gated repos', () => {
    const granted = { ...gated, isGranted: true }
    expect(can(fine(undefined, {}), 'readContent', granted)).toBe('gated')
    expect(findMissingRight(fine(undefined, {}), 'readContent', granted)).toBe('repo.content.read')
    expect(can(fine(undefined, { canReadGatedRepos: true }), 'readContent', granted)).toBe('allow')
    expect(can(fine(undefined, onRepo('repo.content.read')), 'readContent', granted)).toBe('allow')
  })

  test('without a grant the account is in the way, not the token', () => {
    const all = fine(undefined, { canReadGatedRepos: true, ...onRepo(...NAMESPACE_PERMISSIONS) })
    expect(can(all, 'readContent', gated)).toBe('gated')
    expect(findMissingRight(all, 'readContent', gated)).toBeUndefined()
    expect(findMissingRight(fine(undefined, {}), 'readContent', gated)).toBeUndefined()
  })

  test('membership counts by its scope', () => {
    expect(can(fine('read', {}), 'readContent', gated)).toBe('gated')
    expect(can(fine('read', onOrg('repo.content.read')), 'readContent', gated)).toBe('allow')
  })

  test('reading gated repos does not open private ones', () => {
    expect(can(fine('admin', { canReadGatedRepos: true }), 'see', REPO)).toBe('hidden')
  })
})

test('the missing right has a name, only where the account has it', () => {
  const reader = fine('admin', onRepo('repo.content.read'))
  expect(ACTIONS.map((action) => findMissingRight(reader, action, REPO))).toEqual([undefined, undefined, 'discussion.write', 'repo.write', 'repo.write', 'repo.access.read'])
  expect(findMissingRight(fine('read', onRepo('repo.content.read')), 'writeContent', REPO)).toBeUndefined()
  expect(findMissingRight({ ...reader, token: { id: 't', role: 'read' } }, 'writeContent', REPO)).toBe('write')
  expect(findMissingRight({ ...reader, token: { id: 't', role: 'write' } }, 'writeContent', REPO)).toBeUndefined()
  expect(findMissingRight({ kind: 'anonymous' }, 'writeContent', REPO)).toBeUndefined()
})

test('creating repos, managing members, administering the hub', () => {
  expect(canCreateRepo(fine('write', onOrg('repo.write')), { id: ORG })).toBe('allow')
  expect(canCreateRepo(fine('read', onOrg('repo.write')), { id: ORG })).toBe('forbidden')
  expect(canCreateRepo(fine('admin', onOrg('repo.content.read', 'org.write')), { id: ORG })).toBe('forbidden')
  expect(canManageMembers(fine('admin', onOrg('org.write')), { id: ORG })).toBe('allow')
  expect(canManageMembers(fine('write', onOrg('org.write')), { id: ORG })).toBe('forbidden')
  expect(canManageMembers(fine('admin', onOrg('repo.write')), { id: ORG })).toBe('forbidden')
  expect(canManageMembers({ kind: 'service', name: 'dataset' }, { id: ORG })).toBe('forbidden')
  const boss = (role: 'read' | 'write' | 'fineGrained'): UserActor => ({ ...fine('admin', onOrg(...NAMESPACE_PERMISSIONS), true), token: { id: 't', role } })
  expect((['read', 'write', 'fineGrained'] as const).map((role) => [canAdministerHub(boss(role), 'read'), canAdministerHub(boss(role), 'write')]))
    .toEqual([['allow', 'forbidden'], ['allow', 'allow'], ['forbidden', 'forbidden']])
  expect(canAdministerHub({ ...boss('write'), isAdmin: false }, 'read')).toBe('forbidden')
  expect(canAdministerHub({ kind: 'service', name: 'dataset' }, 'read')).toBe('forbidden')
})

const id = fc.constantFrom('1', '2', '3', '4')
const scopes: fc.Arbitrary<TokenScopes> = fc.record({
  canReadGatedRepos: fc.boolean(), global: fc.subarray([...GLOBAL_PERMISSIONS]),
  scoped: fc.array(fc.record({ kind: fc.constantFrom('repo' as const, 'namespace' as const), id, permissions: fc.subarray([...NAMESPACE_PERMISSIONS]) }), { maxLength: 4 }),
})
const repo: fc.Arbitrary<RepoResource> = fc.record({
  id, namespaceId: id, visibility: fc.constantFrom('public', 'private'), gated: fc.constantFrom('open', 'auto', 'manual'), creatorId: id, isGranted: fc.boolean(),
})
const account = fc.record({ id, isAdmin: fc.boolean(), orgs: fc.array(fc.record({ id, name: fc.constant('o'), role: fc.constantFrom(...ORG_ROLES) }), { maxLength: 2 }) })
const RANK = { hidden: 0, gated: 1, forbidden: 1, allow: 2 } as const satisfies Record<Decision, number>

test('no scopes give more than the account has, and none less than the public gets', () => {
  fc.assert(fc.property(account, scopes, repo, fc.constantFrom(...ACTIONS), (who, given, target, action) => {
    const limited: UserActor = { kind: 'user', name: 'u', ...who, token: { id: 't', role: 'fineGrained', scopes: given } }
    const whole: UserActor = { ...limited, token: { id: 't', role: 'write' } }
    expect(RANK[can(limited, action, target)]).toBeLessThanOrEqual(RANK[can(whole, action, target)])
    if (can({ kind: 'anonymous' }, action, target) === 'allow') expect(can(limited, action, target)).toBe('allow')
    if (can(limited, action, target) !== 'allow' && can(whole, action, target) === 'allow') expect(findMissingRight(limited, action, target)).toBeTypeOf('string')
    expect(canCreateRepo(limited, { id: target.namespaceId }) === 'allow' && canCreateRepo(whole, { id: target.namespaceId }) !== 'allow').toBe(false)
  }), { numRuns: 2000 })
})
