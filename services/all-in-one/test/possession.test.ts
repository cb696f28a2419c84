import { createHash, randomBytes } from 'node:crypto'
import { REPO_KINDS, type RepoKind } from '@hearth/hf-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commitBody, createRepo, fileLine, lfsBatch, lfsFileOf, lfsHref, lfsLine, LFS_TYPE, pointerOf, send, sendOk, uploadLfs, webPathOf, type Client, type LfsFile,
} from './hub-client.ts'
import { startTestHub, type TestHub } from './test-hub.ts'

/*
 * Knowing the sha256 and the size of a file is no proof of having it: every tree, also that of a gated repo, shows both. A
 * stranger who knows them of a gated, a private and a not yet committed file gets no byte of it by any way, and each answer is
 * the one that a made-up sha256 gets.
 */
const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const BOOTSTRAP = {
  users: ['ana', 'bo', 'eve'].map((name) => ({ name, fullname: name, email: `${name}@example.org`, tokens: [{ name: 'w', value: token(name), role: 'write' }] })),
  orgs: [],
}
const SIZE = 2_000_000
const DATA = { private: randomBytes(SIZE), gated: randomBytes(SIZE), uncommitted: randomBytes(SIZE) } as const
const SECRETS = Object.entries(DATA).map(([where, data]) => [where, lfsFileOf(data)] as const)

let hub: TestHub
let ana: Client
let bo: Client
let eve: Client
let nobody: Client
let made = 0

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  const as = (name: string): Client => ({ url: hub.url, token: token(name) })
  ;[ana, bo, eve, nobody] = [as('ana'), as('bo'), as('eve'), { url: hub.url, token: undefined }]
  await createRepo(ana, 'models', 'ana/secret', { private: true })
  await createRepo(ana, 'models', 'ana/gated')
  await createRepo(ana, 'models', 'ana/open')
  await sendOk(ana, 'PUT', '/api/models/ana/gated/settings', { body: '{"gated":"manual"}' })
  await uploadLfs(ana, 'models', 'ana/secret', { data: DATA.private, path: 'weights.bin' })
  await uploadLfs(ana, 'models', 'ana/gated', { data: DATA.gated, path: 'weights.bin' })
  await uploadLfs(ana, 'models', 'ana/open', { data: DATA.uncommitted, path: undefined })
  for (const kind of REPO_KINDS) await createRepo(bo, kind, 'bo/own')
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const fake = (): LfsFile => ({ oid: randomBytes(32).toString('hex'), size: SIZE })
const isSecret = (bytes: Uint8Array): boolean => Object.values(DATA).some((data) => createHash('sha256').update(bytes).digest('hex') === lfsFileOf(data).oid)

/** What an answer says, without what differs from request to request. */
async function traceOf(answer: Response, file: LfsFile): Promise<unknown> {
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect(isSecret(bytes)).toBe(false)
  const hide = (text: string): string => text.replaceAll(file.oid, '<oid>').replaceAll(/\/-\/\w+\/[\w.-]+/g, '/-/<signed>').replaceAll(/[0-9a-f]{40}/g, '<sha1>').replaceAll(/pull-\d+|file-\d+/g, '<name>').replaceAll(/discussions\/\d+/g, '<pull>')
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !['date', 'x-request-id', 'content-length', 'etag', 'last-modified'].includes(name)).map(([name, value]) => [name, hide(value)]))
  return { status: answer.status, headers, body: hide(Buffer.from(bytes).toString()) }
}

interface Way {
  /** What the answer must be, for a secret and for a made-up sha256. */
  readonly status: number
  readonly body?: RegExp
  go(file: LfsFile, kind: RepoKind): Promise<Response>
}

const own = (kind: RepoKind): string => webPathOf(kind, 'bo/own')
const commit = (client: Client, api: string, lines: readonly unknown[]): Promise<Response> => send(client, 'POST', api, commitBody(lines))
const name = (): string => `file-${made += 1}.bin`

const WAYS: Readonly<Record<string, Way>> = {
  'LFS batch: upload into an own repo': { status: 200, body: /"actions":\{"upload":\{"href"/, go: (file, kind) => lfsBatch(bo, own(kind), 'upload', file) },
  'LFS batch: download from an own repo': { status: 200, body: /"error":\{"code":404/, go: (file, kind) => lfsBatch(bo, own(kind), 'download', file) },
  'LFS batch: upload into a foreign open repo': { status: 200, body: /"actions":\{"upload":\{"href"/, go: (file) => lfsBatch(bo, '/ana/open', 'upload', file) },
  'LFS batch: download from a foreign open repo': { status: 200, body: /"error":\{"code":404/, go: (file) => lfsBatch(bo, '/ana/open', 'download', file) },
  'LFS batch: upload into the gated repo': { status: 403, go: (file) => lfsBatch(bo, '/ana/gated', 'upload', file) },
  'LFS batch: download from the gated repo': { status: 403, go: (file) => lfsBatch(bo, '/ana/gated', 'download', file) },
  'LFS batch: anonymous, from the gated repo': { status: 401, go: (file) => lfsBatch(nobody, '/ana/gated', 'download', file) },
  'LFS batch: download from the private repo': { status: 404, go: (file) => lfsBatch(bo, '/ana/secret', 'download', file) },
  'LFS batch: another size': { status: 200, body: /"actions":\{"upload":\{"href"/, go: (file, kind) => lfsBatch(bo, own(kind), 'upload', { ...file, size: SIZE - 1 }) },
  'LFS verify': { status: 404, go: (file, kind) => send(bo, 'POST', `${own(kind)}.git/info/lfs/objects/verify`, { type: LFS_TYPE, body: JSON.stringify(file) }) },
  'LFS verify in a foreign open repo': { status: 404, go: (file) => send(bo, 'POST', '/ana/open.git/info/lfs/objects/verify', { type: LFS_TYPE, body: JSON.stringify(file) }) },
  'commit of an lfsFile': { status: 422, go: (file, kind) => commit(bo, `/api/${kind}/bo/own/commit/main`, [lfsLine(name(), file)]) },
  'commit of an lfsFile without a size, as for a copy': { status: 422, go: (file, kind) => commit(bo, `/api/${kind}/bo/own/commit/main`, [lfsLine(name(), { oid: file.oid })]) },
  'commit of an lfsFile of another size': { status: 422, go: (file, kind) => commit(bo, `/api/${kind}/bo/own/commit/main`, [lfsLine(name(), { ...file, size: 1 })]) },
  'commit of an lfsFile as a rename': {
    status: 422, go: (file, kind) => commit(bo, `/api/${kind}/bo/own/commit/main`, [{ key: 'lfsFile', value: { path: name(), oldPath: 'weights.bin', algo: 'sha256', ...file } }]),
  },
  'pull request with an lfsFile on a foreign open repo': { status: 422, go: (file) => commit(bo, '/api/models/ana/open/commit/main?create_pr=1', [lfsLine(name(), file)]) },
  'pull request on the gated repo': { status: 403, go: (file) => commit(bo, '/api/models/ana/gated/commit/main?create_pr=1', [lfsLine(name(), file)]) },
  'pull request on the private repo': { status: 404, go: (file) => commit(bo, '/api/models/ana/secret/commit/main?create_pr=1', [lfsLine(name(), file)]) },
  'commit of the pointer as a plain file': { status: 200, go: (file, kind) => commit(bo, `/api/${kind}/bo/own/commit/main`, [fileLine(name(), pointerOf(file))]) },
  'preupload': {
    status: 200, body: /^(?!.*"oid").*"uploadMode"/,
    go: (file, kind) => send(bo, 'POST', `/api/${kind}/bo/own/preupload/main`, { body: JSON.stringify({ files: [{ path: 'weights.bin', size: file.size, sample: '', sha: file.oid }] }) }),
  },
  'preupload for a pull request on the gated repo': {
    status: 403, go: (file) => send(bo, 'POST', '/api/models/ana/gated/preupload/main?create_pr=1', { body: JSON.stringify({ files: [{ path: 'weights.bin', size: file.size, sample: '' }] }) }),
  },
}

describe.each(Object.entries(WAYS))('%s', (_way, { status, body, go }) => {
  test.each(SECRETS)('says the same of a %s file and of one that does not exist', async (_where, secret) => {
    for (const kind of REPO_KINDS) {
      const invented = fake()
      const answer = await traceOf(await go(secret, kind), secret)
      expect(answer).toEqual(await traceOf(await go(invented, kind), invented))
      expect(answer).toMatchObject({ status, ...(body === undefined ? {} : { body: expect.stringMatching(body) }) })
    }
  })
})

describe.each(SECRETS)('bytes of a %s file', (_where, secret) => {
  test('have to be sent: neither others, nor too few, nor none are taken for them', async () => {
    const file = lfsFileOf(randomBytes(SIZE))
    for (const [asked, wrong] of [[secret, randomBytes(SIZE)], [file, randomBytes(SIZE)], [secret, randomBytes(10)], [secret, new Uint8Array()]] as const) {
      const href = await lfsHref(bo, '/bo/own', 'upload', asked) ?? ''
      expect((await fetch(href, { method: 'PUT', body: wrong })).status).toBe(400)
      expect((await lfsBatch(bo, '/bo/own', 'download', asked)).status).toBe(200)
      expect(await lfsHref(bo, '/bo/own', 'download', asked)).toBeUndefined()
      expect((await commit(bo, '/api/models/bo/own/commit/main', [lfsLine(name(), asked)])).status).toBe(422)
    }
  })

  test('do not come with a pointer that is committed as text: the text is the file', async () => {
    const path = name()
    const text = pointerOf(secret)
    expect((await commit(bo, '/api/models/bo/own/commit/main', [fileLine(path, text)])).status).toBe(200)
    const [head, got, raw] = await Promise.all([send(bo, 'HEAD', `/bo/own/resolve/main/${path}`), send(bo, 'GET', `/bo/own/resolve/main/${path}`), send(bo, 'GET', `/bo/own/raw/main/${path}`)])
    expect([head.headers.get('x-linked-size'), await got.text(), await raw.text()]).toEqual([String(text.length), text, text])
    const [entry] = await sendOk<{ lfs?: unknown; size: number }[]>(bo, 'POST', '/api/models/bo/own/paths-info/main', { body: JSON.stringify({ paths: [path] }) })
    expect([entry?.lfs, entry?.size]).toEqual([undefined, text.length])
    expect(await lfsHref(bo, '/bo/own', 'download', secret)).toBeUndefined()
  })
})

test('whoever has the bytes may use them where they were sent, and only there', async () => {
  const data = DATA.gated
  const path = name()
  const file = await uploadLfs(bo, 'models', 'bo/own', { data, path })
  const href = await lfsHref(bo, '/bo/own', 'download', file) ?? ''
  expect(lfsFileOf(new Uint8Array(await (await fetch(href)).arrayBuffer()))).toEqual(file)
  expect((await commit(bo, '/api/datasets/bo/own/commit/main', [lfsLine(name(), file)])).status).toBe(422)
  expect((await send(bo, 'GET', '/ana/gated/resolve/main/weights.bin')).status).toBe(403)
})

test('an object that was sent is its sender\'s until a commit names it', async () => {
  const file = lfsFileOf(DATA.uncommitted)
  expect(await lfsHref(ana, '/ana/open', 'upload', file)).toBeUndefined()
  expect((await commit(bo, '/api/models/ana/open/commit/main?create_pr=1', [lfsLine(name(), file)])).status).toBe(422)
  expect((await commit(ana, '/api/models/ana/open/commit/main', [lfsLine('weights.bin', file)])).status).toBe(200)
  expect(await lfsHref(bo, '/ana/open', 'upload', file)).toBeUndefined()
  expect((await commit(bo, '/api/models/ana/open/commit/main?create_pr=1', [lfsLine(name(), file)])).status).toBe(200)
})

test('the pointer of an object of the own repo is that object', async () => {
  const file = await uploadLfs(eve, 'models', await newRepo(eve, 'eve'), { data: randomBytes(SIZE), path: 'a.bin' })
  const id = `eve/repo-${made}`
  expect((await commit(eve, `/api/models/${id}/commit/main`, [fileLine('b.bin', pointerOf(file))])).status).toBe(200)
  const head = await send(eve, 'HEAD', `/${id}/resolve/main/b.bin`)
  expect([head.headers.get('x-linked-size'), head.headers.get('x-linked-etag')]).toEqual([String(SIZE), `"${file.oid}"`])
})

test.each([
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')], ['1,100 bytes of extra lines', (text: string) => `${text}${'ext-0-x sha256:0\n'.repeat(65)}`],
  ['size 0', (text: string) => text.replace(/size \d+/, 'size 0')], ['another size', (text: string) => text.replace(/size \d+/, `size ${SIZE - 1}`)], ['no end of line', (text: string) => text.trimEnd()],
  ['upper case', (text: string) => text.replace(/[0-9a-f]{64}/, (oid) => oid.toUpperCase())],
])('a pointer with %s is plain text, also of an object of the own repo', async (_what, alter) => {
  const id = await newRepo(eve, 'eve')
  const file = await uploadLfs(eve, 'models', id, { data: randomBytes(1000), path: 'a.bin' })
  const text = alter(pointerOf(file))
  expect((await commit(eve, `/api/models/${id}/commit/main`, [fileLine('b.bin', text)])).status).toBe(200)
  expect(await (await send(eve, 'GET', `/${id}/resolve/main/b.bin`)).text()).toBe(text)
  const tree = await sendOk<{ path: string; size: number; lfs?: unknown }[]>(eve, 'GET', `/api/models/${id}/tree/main`)
  expect(tree.find(({ path }) => path === 'b.bin')).toMatchObject({ size: text.length })
  expect(tree.find(({ path }) => path === 'b.bin')?.lfs).toBeUndefined()
})

async function newRepo(client: Client, namespace: string): Promise<string> {
  made += 1
  const id = `${namespace}/repo-${made}`
  await createRepo(client, 'models', id)
  return id
}

describe('copies on the server', () => {
  // Eve has sent none of these bytes anywhere; by now ana/open shows the file that was not committed at first.
  test.each(SECRETS)('of a %s file are not made for who may not read it', async (where, secret) => {
    const [target, own] = [await newRepo(eve, 'eve'), await newRepo(eve, 'eve')]
    const readable = where === 'uncommitted' ? [own] : [own, 'ana/open']
    for (const source of ['ana/gated', 'ana/secret', 'ana/missing', ...readable]) {
      const copy = `eve/copy-${made += 1}`
      const mayRead = readable.includes(source)
      for (const client of mayRead ? [] : [eve, nobody]) expect((await send(client, 'POST', `/api/models/${source}/duplicate`, { body: JSON.stringify({ repository: copy }) })).status).toBeOneOf([401, 403, 404])
      const body = JSON.stringify({ target: { type: 'model', name: target }, files: [{ sha256: secret.oid, filename: 'weights.bin' }] })
      const answer = await send(eve, 'POST', `/api/models/${source}/lfs-files/duplicate`, { body })
      if (mayRead) expect(await answer.json()).toMatchObject({ failed: [{ sha256: secret.oid }] })
      else expect(answer.status).toBeOneOf([403, 404])
      expect((await send(eve, 'GET', `/api/models/${copy}`)).status).toBe(404)
    }
    expect((await commit(eve, `/api/models/${target}/commit/main`, [lfsLine('weights.bin', secret)])).status).toBe(422)
    expect(await lfsHref(eve, `/${target}`, 'download', secret)).toBeUndefined()
  })
})

describe('signed addresses', () => {
  const readOwn = async (): Promise<string> => {
    const file = await uploadLfs(bo, 'models', await newRepo(bo, 'bo'), { data: randomBytes(SIZE), path: 'a.bin' })
    return await lfsHref(bo, `/bo/repo-${made}`, 'download', file) ?? ''
  }

  test('do nothing when one of their claims is another', async () => {
    const href = await readOwn()
    const [text = '', mac = ''] = href.slice(href.lastIndexOf('/') + 1).split('.')
    const claims = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    const gated = await sendOk<{ _id: string }>(bo, 'GET', '/api/models/ana/gated')
    const forge = (change: Record<string, unknown>, signature = mac): string => `${hub.url}/-/blob/${Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')}.${signature}`
    const secrets = SECRETS.map(([, { oid }]) => ({ h: oid }))
    for (const change of [...secrets, ...secrets.map(({ h }) => ({ h, r: gated._id })), { r: gated._id }, { e: 99 }, { x: 9_999_999_999 }, { k: 'putObject' }, { t: 'text/html' }, { s: 1 }]) {
      for (const signature of [mac, '', 'AAAA', mac.slice(0, -1)]) expect((await fetch(forge(change, signature))).status).toBeOneOf([403, 404])
    }
    expect((await fetch(forge({}))).status).toBe(200)
  })

  test('for one purpose serve no other', async () => {
    const read = await readOwn()
    const write = await lfsHref(bo, '/bo/own', 'upload', lfsFileOf(randomBytes(10))) ?? ''
    for (const [href, method, wrong] of [[read, 'PUT', 'lfs'], [read, 'POST', 'stage'], [write, 'GET', 'blob'], [write, 'POST', 'stage']] as const) {
      expect((await fetch(href.replace(/\/-\/\w+/, `/-/${wrong}`), { method, ...(method === 'GET' ? {} : { body: 'x' }) })).status).toBe(404)
      expect((await fetch(href, { method: 'DELETE' })).status).toBe(405)
    }
    expect((await fetch(write)).status).toBe(405)
  })

  test.each([
    ['gated', (id: string) => sendOk(ana, 'PUT', `/api/models/${id}/settings`, { body: '{"gated":"manual"}' }), 403], ['private', (id: string) => sendOk(ana, 'PUT', `/api/models/${id}/settings`, { body: '{"private":true}' }), 403],
    ['deleted', (id: string) => sendOk(ana, 'DELETE', '/api/repos/delete', { body: JSON.stringify({ name: id.split('/')[1], organization: 'ana' }) }), 404],
  ] as const)('end with the repo becoming %s', async (_what, change, status) => {
    const id = await newRepo(ana, 'ana')
    const file = await uploadLfs(ana, 'models', id, { data: randomBytes(SIZE), path: 'a.bin' })
    const located = (await send(nobody, 'GET', `/${id}/resolve/main/a.bin`)).headers.get('location') ?? ''
    const links = [`${hub.url}${located}`, await lfsHref(nobody, `/${id}`, 'download', file) ?? '']
    for (const link of links) expect((await fetch(link, { headers: { range: 'bytes=0-9' } })).status).toBe(206)
    await change(id)
    for (const link of links) expect((await fetch(link, { headers: { range: 'bytes=0-9', 'if-none-match': `"${file.oid}"` } })).status).toBe(status)
  })

  test('end for who is rejected or sent back, and for all others who hold one of before', async () => {
    const id = await newRepo(ana, 'ana')
    const access = `/api/models/${id}/user-access-request`
    await uploadLfs(ana, 'models', id, { data: randomBytes(SIZE), path: 'a.bin' })
    await sendOk(ana, 'PUT', `/api/models/${id}/settings`, { body: '{"gated":"manual"}' })
    const locate = async (client: Client): Promise<string> => `${hub.url}${(await send(client, 'GET', `/${id}/resolve/main/a.bin`)).headers.get('location')}`
    await sendOk(ana, 'POST', `${access}/grant`, { body: '{"user":"eve"}' })
    for (const status of ['rejected', 'accepted', 'pending']) {
      const link = status === 'accepted' ? undefined : await locate(eve)
      await sendOk(ana, 'POST', `${access}/handle`, { body: JSON.stringify({ user: 'EVE', status }) })
      if (link !== undefined) expect((await fetch(link)).status).toBe(403)
      expect((await send(eve, 'GET', `/${id}/resolve/main/a.bin`)).status).toBe(status === 'accepted' ? 302 : 403)
    }
    expect((await fetch(await locate(ana))).status).toBe(200)
  })
})
