import { expect, test } from 'vitest'
import { ANONYMOUS, type Actor, type OrgRole, type TokenRole, type UserActor } from './actor.ts'
import { can, canCreateRepo, type Decision, type RepoAction, type RepoResource } from './can.ts'

const ACTIONS = ['see', 'readContent', 'openPullRequest', 'writeContent', 'administer'] as const satisfies readonly RepoAction[]
const LETTERS: Readonly<Record<string, Decision>> = { a: 'allow', h: 'hidden', g: 'gated', f: 'forbidden' }
const ORG = 'o'.repeat(24)

function user(options: { role?: TokenRole; org?: OrgRole; id?: string; isAdmin?: boolean } = {}): UserActor {
  const orgs = options.org === undefined ? [] : [{ id: ORG, name: 'team', role: options.org }]
  return {
    kind: 'user', id: options.id ?? 'stranger', name: 'someone', isAdmin: options.isAdmin ?? false, orgs,
    token: { id: 't', role: options.role ?? 'write' },
  }
}

const ACTORS = {
  anonymous: ANONYMOUS,
  stranger: user(), strangerRead: user({ role: 'read' }), strangerFine: user({ role: 'fineGrained' }),
  orgRead: user({ org: 'read' }), orgReadRead: user({ org: 'read', role: 'read' }),
  contributor: user({ org: 'contributor' }), contributorRead: user({ org: 'contributor', role: 'read' }),
  creator: user({ org: 'contributor', id: 'creator' }), creatorRead: user({ org: 'contributor', id: 'creator', role: 'read' }),
  creatorLeft: user({ id: 'creator' }), creatorReader: user({ org: 'read', id: 'creator' }),
  orgWrite: user({ org: 'write' }), orgWriteRead: user({ org: 'write', role: 'read' }),
  orgAdmin: user({ org: 'admin' }), orgAdminRead: user({ org: 'admin', role: 'read' }), orgAdminFine: user({ org: 'admin', role: 'fineGrained' }),
  site: user({ isAdmin: true }), siteRead: user({ isAdmin: true, role: 'read' }), siteFine: user({ isAdmin: true, role: 'fineGrained' }),
  service: { kind: 'service', name: 'dataset' },
} as const satisfies Record<string, Actor>

/** One letter per action (see, readContent, openPullRequest, writeContent, administer): a allow, h hidden, g gated, f forbidden. */
const EXPECTED: Readonly<Record<keyof typeof ACTORS, readonly [open: string, gated: string, granted: string, secret: string, secretGranted: string]>> = {
  anonymous:       ['aafff', 'agfff', 'agfff', 'hhhhh', 'hhhhh'],
  stranger:        ['aaaff', 'aggff', 'aaaff', 'hhhhh', 'hhhhh'],
  strangerRead:    ['aafff', 'aggff', 'aafff', 'hhhhh', 'hhhhh'],
  strangerFine:    ['aafff', 'aggff', 'aggff', 'hhhhh', 'hhhhh'],
  orgRead:         ['aaaff', 'aaaff', 'aaaff', 'aaaff', 'aaaff'],
  orgReadRead:     ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  contributor:     ['aaaff', 'aaaff', 'aaaff', 'aaaff', 'aaaff'],
  contributorRead: ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  creator:         ['aaaaa', 'aaaaa', 'aaaaa', 'aaaaa', 'aaaaa'],
  creatorRead:     ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  creatorLeft:     ['aaaff', 'aggff', 'aaaff', 'hhhhh', 'hhhhh'],
  creatorReader:   ['aaaff', 'aaaff', 'aaaff', 'aaaff', 'aaaff'],
  orgWrite:        ['aaaaf', 'aaaaf', 'aaaaf', 'aaaaf', 'aaaaf'],
  orgWriteRead:    ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  orgAdmin:        ['aaaaa', 'aaaaa', 'aaaaa', 'aaaaa', 'aaaaa'],
  orgAdminRead:    ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  orgAdminFine:    ['aafff', 'aggff', 'aggff', 'hhhhh', 'hhhhh'],
  site:            ['aaaaa', 'aaaaa', 'aaaaa', 'aaaaa', 'aaaaa'],
  siteRead:        ['aafff', 'aafff', 'aafff', 'aafff', 'aafff'],
  siteFine:        ['aafff', 'aggff', 'aggff', 'hhhhh', 'hhhhh'],
  service:         ['aaaaa', 'aaaaa', 'aaaaa', 'aaaaa', 'aaaaa'],
}

function orgRepo(part: Partial<RepoResource>): RepoResource {
  return { id: 'repo', namespaceId: ORG, visibility: 'public', gated: 'open', creatorId: 'creator', isGranted: false, ...part }
}

const REPOS = [
  orgRepo({}), orgRepo({ gated: 'manual' }), orgRepo({ gated: 'auto', isGranted: true }),
  orgRepo({ visibility: 'private' }), orgRepo({ visibility: 'private', gated: 'manual', isGranted: true }),
] as const

const ROWS = Object.entries(ACTORS).flatMap(([name, actor]) =>
  REPOS.flatMap((repo, column) => ACTIONS.map((action, letter) => {
    const word = EXPECTED[name as keyof typeof ACTORS][column]?.[letter] ?? ''
    return { name, actor, repo, action, column, expected: LETTERS[word] }
  })))

test.each(ROWS)('$name may $action on repo $column: $expected', ({ actor, action, repo, expected }) => {
  expect(can(actor, action, repo)).toBe(expected)
})

test('a user owns their own namespace, whoever created the repo', () => {
  const owner = user({ id: 'me' })
  const repo = orgRepo({ namespaceId: 'me', visibility: 'private', gated: 'manual' })
  expect(ACTIONS.map((action) => can(owner, action, repo))).toEqual(ACTIONS.map(() => 'allow'))
  expect(can(user({ id: 'me', role: 'read' }), 'readContent', repo)).toBe('allow')
  expect(can(user({ id: 'me', role: 'fineGrained' }), 'see', repo)).toBe('hidden')
  expect(can(user({ id: 'creator' }), 'see', repo)).toBe('hidden')
})

test('membership of another organisation gives nothing', () => {
  const outsider: UserActor = { ...user(), orgs: [{ id: 'p'.repeat(24), name: 'other', role: 'admin' }] }
  expect(can(outsider, 'see', orgRepo({ visibility: 'private' }))).toBe('hidden')
  expect(can(outsider, 'writeContent', orgRepo({}))).toBe('forbidden')
})

const MAY_CREATE: readonly (keyof typeof ACTORS)[] = ['contributor', 'creator', 'orgWrite', 'orgAdmin', 'site', 'service']

test.each(Object.keys(ACTORS) as (keyof typeof ACTORS)[])('canCreateRepo in the organisation: %s', (name) => {
  expect(canCreateRepo(ACTORS[name], { id: ORG })).toBe(MAY_CREATE.includes(name) ? 'allow' : 'forbidden')
})

test('canCreateRepo in a user namespace: its owner alone, with a write token', () => {
  expect(canCreateRepo(user({ id: 'me' }), { id: 'me' })).toBe('allow')
  expect(canCreateRepo(user({ id: 'me', role: 'read' }), { id: 'me' })).toBe('forbidden')
  expect(canCreateRepo(user({ id: 'me', role: 'fineGrained' }), { id: 'me' })).toBe('forbidden')
  expect(canCreateRepo(user({ org: 'admin' }), { id: 'me' })).toBe('forbidden')
})
