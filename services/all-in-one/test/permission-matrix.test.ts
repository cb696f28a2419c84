import { createHash } from 'node:crypto'
import { ALL_ROUTES, CALLERS, expectedOutcome, REPO_KINDS, typeNameOf, type CallerKind, type ExampleContext, type Outcome, type RepoKind, type RouteSpec } from '@hearth/hf-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestHub, type TestHub } from './test-hub.ts'

const VISIBILITIES = ['public', 'private'] as const
type Visibility = (typeof VISIBILITIES)[number]

const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const person = (name: string, more: object = {}): object => ({ name, fullname: name, email: `${name}@example.org`, tokens: [{ name: 'w', value: token(name), role: 'write' }], ...more })
const BOOTSTRAP = {
  users: [...['member', 'contributor', 'owner', 'orgadmin', 'stranger', 'suspended'].map((name) => person(name)), person('boss', { admin: true })],
  orgs: [{ name: 'team', fullname: 'Team', members: [
    { user: 'member', role: 'read' }, { user: 'contributor', role: 'contributor' }, { user: 'owner', role: 'contributor' }, { user: 'orgadmin', role: 'admin' }, { user: 'suspended', role: 'admin' },
  ] }],
}
const SOON_MS = 3000
/** In which a token must have ended everywhere. */
const GRACE_MS = 5000

let hub: TestHub
let tokens: Readonly<Record<CallerKind, string | undefined>>
let made = 0
const shared = new Map<string, ExampleContext>()

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  tokens = await mintTokens()
  for (const kind of REPO_KINDS) for (const visibility of VISIBILITIES) shared.set(`${kind} ${visibility}`, await makeRepo(kind, visibility))
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

/** Every kind of token is one that the hub itself made, or ended. */
async function mintTokens(): Promise<Readonly<Record<CallerKind, string | undefined>>> {
  const admin = token('orgadmin')
  const mint = async (fields: object): Promise<{ _id: string; value: string }> => okJson(await send('POST', '/api/settings/tokens', { accessToken: admin, body: { displayName: `token-${made += 1}`, ...fields } }))
  const readOnly = await mint({ role: 'read' })
  const elsewhere = await mint({ role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'user', name: 'orgadmin' }, permissions: ['repo.content.read', 'repo.write'] }] } })
  const revoked = await mint({ role: 'write' })
  expect((await send('DELETE', `/api/settings/tokens/${revoked._id}`, { accessToken: admin })).status).toBe(200)
  const expired = await mint({ role: 'write', expiresAt: new Date(Date.now() + SOON_MS).toISOString() })
  expect((await send('POST', '/api/admin/users/suspended/suspend', { accessToken: token('boss'), body: {} })).status).toBe(200)
  for (const ended of [revoked.value, expired.value, token('suspended')]) await vi.waitFor(async () => { expect((await send('GET', '/api/whoami-v2', { accessToken: ended })).status).toBe(401) }, { timeout: SOON_MS + GRACE_MS, interval: 200 })
  return {
    anonymous: undefined, member: token('member'), contributor: token('contributor'), owner: token('owner'), orgAdmin: admin, admin: token('boss'), stranger: token('stranger'),
    readOnlyToken: readOnly.value, fineGrainedElsewhere: elsewhere.value, invalidToken: token('unknown'), revokedToken: revoked.value, expiredToken: expired.value, suspendedUser: token('suspended'),
  }
}

function send(method: string, path: string, { accessToken, body }: { readonly accessToken: string; readonly body?: object }): Promise<Response> {
  return fetch(`${hub.url}${path}`, { method, headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

async function okJson<T>(answer: Response): Promise<T> {
  expect(answer.status, await answer.clone().text()).toBe(200)
  return (await answer.json()) as T
}

test('the table has every route once, each with a permission and an example', () => {
  expect(new Set(ALL_ROUTES.map((route) => route.id)).size).toBe(ALL_ROUTES.length)
  expect(ALL_ROUTES.length).toBeGreaterThan(30)
})

describe.each(ALL_ROUTES.map((route) => [route.id, route] as const))('%s', (_id, route) => {
  test.each(kindsOf(route).flatMap((kind) => VISIBILITIES.map((visibility) => [kind, visibility] as const)))('on %s, %s repo', async (kind, visibility) => {
    for (const caller of CALLERS) {
      const expected = expectedOutcome({ permission: route.permission, isBeforeAuth: route.isBeforeAuth === true, caller, visibility })
      const isSpent = expected === 'allow' && !['GET', 'HEAD'].includes(route.method)
      const context = isSpent ? await makeRepo(kind, visibility) : sharedContext(kind, visibility)
      expectOutcome(await request(route, context, tokens[caller]), expected, `${caller} on ${kind}, ${visibility}`)
    }
  })
})

/** One kind is enough for a route that names no repo. */
function kindsOf(route: RouteSpec): readonly RepoKind[] {
  return /\{(kind|web)\}/.test(route.path) || route.permission === 'repo.administer' || route.permission === 'namespace.create' ? REPO_KINDS : ['models']
}

function sharedContext(kind: RepoKind, visibility: Visibility): ExampleContext {
  const context = shared.get(`${kind} ${visibility}`)
  if (context === undefined) throw new Error('no such repo was made')
  made += 1
  return { ...context, freshName: `fresh-${made}` }
}

async function makeRepo(kind: RepoKind, visibility: Visibility): Promise<ExampleContext> {
  made += 1
  const name = `repo-${made}`
  const owner = { authorization: `Bearer ${token('owner')}`, 'content-type': 'application/json' }
  const created = await fetch(`${hub.url}/api/repos/create`, {
    method: 'POST', headers: owner,
    body: JSON.stringify({ name, organization: 'team', type: typeNameOf(kind), private: visibility === 'private', ...(kind === 'spaces' ? { sdk: 'static' } : {}) }),
  })
  expect(created.status, await created.clone().text()).toBe(200)
  const lines = [{ key: 'header', value: { summary: 'card' } }, { key: 'file', value: { path: 'README.md', content: Buffer.from('# card\n').toString('base64'), encoding: 'base64' } }]
  const commit = await fetch(`${hub.url}/api/${kind}/team/${name}/commit/main`, {
    method: 'POST', headers: { ...owner, 'content-type': 'application/x-ndjson' }, body: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  expect(commit.status, await commit.clone().text()).toBe(200)
  const { commitOid } = (await commit.json()) as { commitOid: string }
  const absentSha256 = createHash('sha256').update(`absent ${made}`).digest('hex')
  return { kind, repo: `team/${name}`, namespace: 'team', freshName: `fresh-${made}`, headSha: commitOid, absentSha256 }
}

async function request(route: RouteSpec, context: ExampleContext, accessToken: string | undefined): Promise<Response> {
  const example = route.example(context)
  const method = route.method === 'ALL' ? (example.method ?? 'POST') : route.method
  const headers: Record<string, string> = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  if (example.contentType !== undefined) headers['content-type'] = example.contentType
  return fetch(`${hub.url}${example.path}`, { method, headers, redirect: 'manual', ...(example.body === undefined ? {} : { body: example.body }) })
}

function expectOutcome(answer: Response, expected: Outcome, who: string): void {
  const code = answer.headers.get('x-error-code') ?? undefined
  expect(answer.headers.get('x-request-id'), who).toBeTruthy()
  expect(answer.status, who).toBeLessThan(500)
  if (expected === 'allow') {
    expect([answer.status, code], who).not.toContain('RepoNotFound')
    expect([401, 403], who).not.toContain(answer.status)
  } else {
    expect({ status: answer.status, code }, who).toEqual(expected)
  }
}
