import { createHash } from 'node:crypto'
import { ALL_ROUTES, CALLERS, expectedOutcome, REPO_KINDS, typeNameOf, type CallerKind, type ExampleContext, type Outcome, type RepoKind, type RouteSpec } from '@hearth/hf-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from './test-hub.ts'

const VISIBILITIES = ['public', 'private'] as const
type Visibility = (typeof VISIBILITIES)[number]

const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const TOKENS: Readonly<Record<CallerKind, string | undefined>> = {
  anonymous: undefined, member: token('member'), stranger: token('stranger'), owner: token('owner'), admin: token('admin'),
  readOnlyToken: token('ownerRead'), invalidToken: token('unknown'),
}
const BOOTSTRAP = {
  users: [
    { name: 'owner', fullname: 'Owner', email: 'o@example.org', tokens: [{ name: 'w', value: token('owner'), role: 'write' }, { name: 'r', value: token('ownerRead'), role: 'read' }] },
    { name: 'member', fullname: 'Member', email: 'm@example.org', tokens: [{ name: 'w', value: token('member'), role: 'write' }] },
    { name: 'stranger', fullname: 'Stranger', email: 's@example.org', tokens: [{ name: 'w', value: token('stranger'), role: 'write' }] },
    { name: 'boss', fullname: 'Boss', email: 'b@example.org', admin: true, tokens: [{ name: 'w', value: token('admin'), role: 'write' }] },
  ],
  orgs: [{ name: 'team', fullname: 'Team', members: [{ user: 'owner', role: 'admin' }, { user: 'member', role: 'read' }] }],
}

let hub: TestHub
let made = 0
const shared = new Map<string, ExampleContext>()

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  for (const kind of REPO_KINDS) for (const visibility of VISIBILITIES) shared.set(`${kind} ${visibility}`, await makeRepo(kind, visibility))
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

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
      expectOutcome(await request(route, context, TOKENS[caller]), expected, `${caller} on ${kind}, ${visibility}`)
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
  const owner = { authorization: `Bearer ${TOKENS.owner}`, 'content-type': 'application/json' }
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
