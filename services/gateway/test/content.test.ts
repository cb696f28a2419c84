import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

interface Entry {
  readonly path: string
  readonly type: string
  readonly size: number
  readonly oid: string
}

describe('trees, paths and plans', () => {
  let gateway: TestGateway
  let head: string
  beforeAll(async () => {
    gateway = await startTestGateway()
    head = await seedRepo(gateway, { type: 'dataset' })
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const tree = async (tail: string): Promise<Entry[]> => (await gateway.call('GET', `/api/datasets/team/m/tree/${tail}`)).json() as Promise<Entry[]>

  test('lists a folder by every spelling, with a size on each row', async () => {
    const root = await tree('main')
    expect(root.map(({ path, type }) => `${type} ${path}`)).toEqual(['file .gitattributes', 'file README.md', 'file config.json', 'directory dir', 'file empty'])
    for (const { size, oid } of root) expect([typeof size, oid]).toEqual(['number', expect.stringMatching(/^[0-9a-f]{40}$/)])
    expect(await (await gateway.call('GET', '/api/datasets/team%2Fm/tree/main/')).json()).toEqual(root)
    for (const tail of ['main/dir', 'main/dir/', `${head}/dir`]) expect((await tree(tail)).map(({ path }) => path)).toEqual(['dir/a b.txt'])
    expect((await tree('main?recursive=True&expand=false')).map(({ path }) => path)).toContain('dir/a b.txt')
  })

  test('brings last commits with expand only, and pages by an absolute link', async () => {
    expect((await tree('main'))[0]).not.toHaveProperty('lastCommit')
    expect((await tree('main?expand=true'))[0]).toMatchObject({ lastCommit: { id: head, title: 'add files', date: '2026-01-02T03:04:05.006Z' } })
    const first = await gateway.call('GET', '/api/datasets/team/m/tree/main?recursive=true&limit=4')
    const link = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(link.startsWith(`${gateway.url}/api/datasets/team/m/tree/main?`)).toBe(true)
    expect(((await (await fetch(link)).json()) as Entry[]).map(({ path }) => path)).toEqual(['dir/a b.txt', 'empty'])
  })

  test('says EntryNotFound with the commit for a folder that is not there', async () => {
    const answer = await gateway.call('GET', '/api/datasets/team/m/tree/main/nothing')
    expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-repo-commit')]).toEqual([404, 'EntryNotFound', head])
    const revision = await gateway.call('GET', '/api/datasets/team/m/tree/~parquet/default')
    expect([revision.status, revision.headers.get('x-error-code')]).toEqual([404, 'RevisionNotFound'])
  })

  test.each([
    ['application/x-www-form-urlencoded', 'paths=dir&paths=empty&paths=nothing&expand=True'],
    ['application/json', '{"paths":["dir/","empty","nothing"],"expand":true}'],
  ])('tells about named paths sent as %s', async (type, body) => {
    const answer = await gateway.call('POST', '/api/datasets/team/m/paths-info/main', { body, headers: { 'content-type': type } })
    expect(answer.status).toBe(200)
    const entries = (await answer.json()) as Entry[]
    expect(entries.map(({ path, type: kind }) => `${kind} ${path}`)).toEqual(['directory dir', 'file empty'])
    expect(entries[0]).toHaveProperty('lastCommit')
  })

  test('plans an upload', async () => {
    const plan = (body: object): Promise<Response> => gateway.call('POST', '/api/datasets/team/m/preupload/main', { token: 'hf_anaWrite', body: JSON.stringify(body) })
    const answer = await plan({ files: [{ path: 'w.bin', size: 99, sample: 'AAE=' }, { path: 'x.tmp', size: 0, sample: '' }, { path: 'empty', size: 0 }], gitIgnore: '*.tmp' })
    expect(await answer.json()).toEqual({
      commitOid: head, files: [
        { path: 'w.bin', uploadMode: 'lfs', shouldIgnore: false }, { path: 'x.tmp', uploadMode: 'regular', shouldIgnore: true },
        { path: 'empty', uploadMode: 'regular', shouldIgnore: false, oid: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' },
      ],
    })
    expect((await plan({ files: [{ path: 'x', size: 1, sample: '*' }] })).status).toBe(400)
    expect((await plan({ files: [{ path: 'x', size: -1 }] })).status).toBe(400)
    expect((await gateway.call('POST', '/api/datasets/team/m/preupload/main?create_pr=1', { token: 'hf_boWrite', body: '{"files":[]}' })).status).toBe(200)
  })

  test('lists refs and history', async () => {
    const send = (method: string, tail: string, body?: object): Promise<Response> => gateway.call(method, `/api/datasets/team/m/${tail}`, { token: 'hf_anaWrite', body: body === undefined ? undefined : JSON.stringify(body) })
    expect((await send('POST', 'branch/feature%2Fx')).status).toBe(200)
    const again = await send('POST', 'branch/feature%2Fx', { startingPoint: 'main' })
    expect([again.status, again.headers.get('x-error-message')]).toEqual([409, 'Reference refs/heads/feature/x already exists'])
    expect((await send('POST', 'tag/main', { tag: 'v1', message: null })).status).toBe(200)
    expect((await send('POST', 'branch/y', { startingPoint: 'nope' })).headers.get('x-error-code')).toBe('RevisionNotFound')
    gateway.world.repos[0]?.refs.set('refs/pr/1', head).set('refs/convert/parquet', head)
    expect(await (await send('GET', 'refs?include_prs=1')).json()).toEqual({
      branches: [{ name: 'main', ref: 'refs/heads/main', targetCommit: head }, { name: 'feature/x', ref: 'refs/heads/feature/x', targetCommit: head }],
      converts: [{ name: 'parquet', ref: 'refs/convert/parquet', targetCommit: head }], tags: [{ name: 'v1', ref: 'refs/tags/v1', targetCommit: head }],
      pullRequests: [{ name: '1', ref: 'refs/pr/1', targetCommit: head }],
    })
    expect([(await send('DELETE', 'tag/v1')).status, (await send('DELETE', 'branch/feature%2Fx')).status, (await send('DELETE', 'branch/feature%2Fx')).status]).toEqual([200, 200, 404])
    expect((await send('DELETE', 'branch/main')).headers.get('x-error-message')).toBe('Cannot delete refs/heads/main')
    const one = await send('GET', 'commits/main?limit=1&expand[]=formatted')
    expect(one.headers.get('x-total-count')).toBe('2')
    expect(one.headers.get('link')).toContain(`<${gateway.url}/api/datasets/team/m/commits/main?limit=1`)
    expect(await one.json()).toEqual([{ id: head, title: 'add files', message: 'more', authors: [{ user: 'ana' }], date: '2026-01-02T03:04:05.006Z', formatted: { title: 'add files', message: 'more' } }])
    expect(((await (await send('GET', 'commits/main?limit=1&p=1')).json()) as { title: string }[]).map(({ title }) => title)).toEqual(['initial commit'])
    expect(await (await send('GET', 'commits/main?limit=1&p=2')).json()).toEqual([])
  })
})
