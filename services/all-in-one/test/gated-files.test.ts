import { randomBytes } from 'node:crypto'
import { REPO_KINDS, type RepoKind } from '@hearth/hf-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitBody, createRepo, fileLine, lfsBatch, lfsFileOf, send, sendOk, uploadLfs, webPathOf, type Client } from './hub-client.ts'
import { startTestHub, type TestHub } from './test-hub.ts'

/* Every way to the files of a gated repo, for everybody who might try it: shut, or open, and what stays open to all. */
const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const person = (name: string, more: readonly object[] = []) => ({ name, fullname: name, email: `${name}@example.org`, tokens: [{ name: 'w', value: token(name), role: 'write' }, ...more] })
const BOOTSTRAP = {
  users: [
    person('owner'), person('member'), person('stranger'), person('pending'), person('rejected'), { ...person('boss'), admin: true },
    person('granted', [{ name: 'r', value: token('grantedRead'), role: 'read' }, { name: 'f', value: token('grantedScopeless'), role: 'fineGrained' }, { name: 's', value: token('grantedScoped'), role: 'fineGrained', scopes: { canReadGatedRepos: true } }]),
  ],
  orgs: [{ name: 'team', fullname: 'Team', members: [{ user: 'owner', role: 'admin' }, { user: 'member', role: 'read' }] }],
}
const DATA = randomBytes(1_500_000)
const CARD = '---\nlicense: mit\n---\n# Gated\n'

let hub: TestHub
let sha = ''
const as = (name: string | undefined): Client => ({ url: hub.url, token: name === undefined ? undefined : token(name) })

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  for (const kind of REPO_KINDS) {
    const id = 'team/gated'
    await createRepo(as('owner'), kind, id)
    await uploadLfs(as('owner'), kind, id, { data: DATA, path: 'large.bin' })
    const answer = await sendOk<{ commitOid: string }>(as('owner'), 'POST', `/api/${kind}/${id}/commit/main`, commitBody([fileLine('README.md', CARD), fileLine('data/small.csv', 'a,b\n1,2\n')]))
    if (kind === 'models') sha = answer.commitOid
    await sendOk(as('owner'), 'PUT', `/api/${kind}/${id}/settings`, { body: '{"gated":"manual"}' })
    for (const name of ['pending', 'rejected']) await sendOk(as(name), 'POST', `/api/${kind}/${id}/ask-access`, { body: '{}' })
    await sendOk(as('owner'), 'POST', `/api/${kind}/${id}/user-access-request/handle`, { body: '{"user":"rejected","status":"rejected"}' })
    await sendOk(as('owner'), 'POST', `/api/${kind}/${id}/user-access-request/grant`, { body: '{"user":"granted"}' })
  }
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

type Way = (client: Client, kind: RepoKind) => Promise<Response>
const web = (kind: RepoKind): string => webPathOf(kind, 'team/gated')
const api = (kind: RepoKind): string => `/api/${kind}/team/gated`
const get = (path: string, headers: Record<string, string> = {}): Way => (client, kind) => send(client, 'GET', `${web(kind)}${path}`, { headers })
const apiGet = (path: string): Way => (client, kind) => send(client, 'GET', `${api(kind)}${path}`)

/** Ways to bytes, or to an answer that saves sending them. */
const FILE_WAYS: Readonly<Record<string, Way>> = {
  'HEAD resolve': (client, kind) => send(client, 'HEAD', `${web(kind)}/resolve/main/large.bin`),
  'HEAD resolve of a missing file': (client, kind) => send(client, 'HEAD', `${web(kind)}/resolve/main/missing.bin`),
  'GET resolve, small': get('/resolve/main/data/small.csv'),
  'GET resolve, large': get('/resolve/main/large.bin'),
  'GET resolve of the card': get('/resolve/main/README.md'),
  'GET resolve with a range': get('/resolve/main/large.bin', { range: 'bytes=0-9' }),
  'GET resolve with the right ETag': get('/resolve/main/large.bin', { 'if-none-match': `"${lfsFileOf(DATA).oid}"` }),
  'GET resolve by commit': (client, kind) => send(client, 'GET', `${web(kind)}/resolve/${kind === 'models' ? sha : 'refs%2Fheads%2Fmain'}/large.bin`),
  'GET resolve at a missing revision': get('/resolve/nowhere/large.bin'),
  'GET raw, small': get('/raw/main/data/small.csv'),
  'GET raw, the pointer': get('/raw/main/large.bin'),
  'LFS download': (client, kind) => lfsBatch(client, web(kind), 'download', lfsFileOf(DATA)),
  'auth-check': apiGet('/auth-check'),
}

/** Ways that need the right to propose changes as well. */
const PROPOSE_WAYS: Readonly<Record<string, Way>> = {
  'LFS upload': (client, kind) => lfsBatch(client, web(kind), 'upload', lfsFileOf(DATA)),
  'preupload for a pull request': (client, kind) => send(client, 'POST', `${api(kind)}/preupload/main?create_pr=1`, { body: '{"files":[{"path":"large.bin","size":1500000,"sample":""}]}' }),
  'commit as a pull request': (client, kind) => send(client, 'POST', `${api(kind)}/commit/main?create_pr=1`, commitBody([fileLine('new.txt', 'x')])),
}

const OPEN_WAYS: Readonly<Record<string, Way>> = {
  'info': apiGet(''), 'info at a revision': apiGet('/revision/main'), 'tree': apiGet('/tree/main?recursive=true'), 'tree with last commits': apiGet('/tree/main?expand=true'),
  'paths-info': (client, kind) => send(client, 'POST', `${api(kind)}/paths-info/main`, { body: '{"paths":["large.bin"],"expand":true}' }),
  'refs': apiGet('/refs'), 'commits': apiGet('/commits/main'), 'page': get(''),
}

const ASK = 'ask for access'
/** How each caller is kept out, undefined for who is not: status and a part of the text. */
const CALLERS: readonly (readonly [string, string | undefined, readonly [number, string] | undefined])[] = [
  ['anonymous', undefined, [401, 'log in']], ['a stranger', 'stranger', [403, ASK]], ['one who waits', 'pending', [403, 'awaiting a review']], ['one who was rejected', 'rejected', [403, 'rejected']],
  ['one who was let in, by a token without scopes', 'grantedScopeless', [403, 'canReadGatedRepos']],
  ['one who was let in', 'granted', undefined], ['one who was let in, by a token to read', 'grantedRead', undefined],
  ['one who was let in, by a token with the scope for it', 'grantedScoped', undefined], ['a member', 'member', undefined], ['the owner', 'owner', undefined], ['an administrator of the hub', 'boss', undefined],
]

describe.each(CALLERS)('for %s', (_who, caller, refusal) => {
  test.each(REPO_KINDS)('files of gated %s', async (kind) => {
    for (const [way, go] of Object.entries(FILE_WAYS)) await expectGate(await go(as(caller), kind), refusal, way, kind)
  })

  test.each(REPO_KINDS)('proposals to gated %s', async (kind) => {
    for (const [way, go] of Object.entries(PROPOSE_WAYS)) {
      const answer = await go(as(caller), kind)
      if (caller === 'grantedRead' || caller === 'grantedScoped') expect([answer.status, answer.headers.get('x-error-code')], way).toEqual([403, null])
      else if (caller === undefined) expect(answer.status, way).toBe(401)
      else await expectGate(answer, refusal, way, kind)
    }
  })

  test.each(REPO_KINDS)('what is open of gated %s', async (kind) => {
    for (const [way, go] of Object.entries(OPEN_WAYS)) expect((await go(as(caller), kind)).status, way).toBe(200)
    const info = await sendOk<Record<string, unknown>>(as(caller), 'GET', api(kind))
    expect(info).toMatchObject({ gated: 'manual', private: false, cardData: { license: 'mit' } })
    const tree = await sendOk<{ path: string; lfs?: { oid: string }; lastCommit?: unknown }[]>(as(caller), 'GET', `${api(kind)}/tree/main?expand=true`)
    expect(tree.find(({ path }) => path === 'large.bin')).toMatchObject({ lfs: { oid: lfsFileOf(DATA).oid }, lastCommit: { title: 'change' } })
  })
})

async function expectGate(answer: Response, refusal: readonly [number, string] | undefined, way: string, kind: RepoKind): Promise<void> {
  const text = Buffer.from(await answer.arrayBuffer())
  if (refusal === undefined) return void expect([401, 403], way).not.toContain(answer.status)
  const [status, part] = refusal
  expect([answer.status, answer.headers.get('x-error-code')], way).toEqual([status, 'GatedRepo'])
  const message = answer.headers.get('x-error-message') ?? ''
  expect(message, way).toContain(part)
  if (part === ASK) expect(message).toContain(`Visit ${hub.url}${web(kind)} to ask`)
  if (text.length > 0) expect(JSON.parse(text.toString()), way).toMatchObject({ error: message, ...(part === ASK ? { url: `${hub.url}${web(kind)}` } : {}) })
  for (const header of ['etag', 'x-linked-etag', 'x-linked-size', 'x-repo-commit', 'location', 'content-disposition']) expect(answer.headers.get(header), `${way}: ${header}`).toBeNull()
}

test('writing to a gated repo: the gate first, then the missing right', async () => {
  const put = (name: string): Promise<Response> => send(as(name), 'POST', '/api/models/team/gated/commit/main', commitBody([fileLine('new.txt', 'x')]))
  const check = (name: string): Promise<Response> => send(as(name), 'GET', '/api/models/team/gated/auth-check/write')
  for (const go of [put, check]) {
    expect([(await go('stranger')).headers.get('x-error-code'), (await go('granted')).headers.get('x-error-code'), (await go('granted')).status, (await go('member')).status]).toEqual(['GatedRepo', null, 403, 403])
  }
  expect((await check('owner')).status).toBe(200)
})

test('private and gated: invisible, with a grant too', async () => {
  await createRepo(as('owner'), 'models', 'team/both', { private: true })
  await sendOk(as('owner'), 'PUT', '/api/models/team/both/settings', { body: '{"gated":"auto"}' })
  await sendOk(as('owner'), 'POST', '/api/models/team/both/user-access-request/grant', { body: '{"user":"granted"}' })
  for (const name of ['stranger', 'granted']) {
    for (const [method, path] of [['GET', '/api/models/team/both'], ['GET', '/team/both/resolve/main/.gitattributes'], ['POST', '/api/models/team/both/ask-access'], ['GET', '/api/models/team/both/ask-access']] as const) {
      const answer = await send(as(name), method, path, method === 'POST' ? { body: '{}' } : {})
      expect([answer.status, answer.headers.get('x-error-code')], path).toEqual([404, 'RepoNotFound'])
    }
  }
})
