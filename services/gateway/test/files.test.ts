import { createHash } from 'node:crypto'
import { GatedMode } from '@hearth/proto/storage/v1/repos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitFiles } from './fakes/storage-content.ts'
import { lfsFileOf } from './fakes/world.ts'
import { CONFIG, seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const LARGE = Buffer.alloc(3 << 20, 7)
const SHA = createHash('sha256').update(LARGE).digest('hex')

describe('resolve', () => {
  let gateway: TestGateway
  let head: string
  beforeAll(async () => {
    gateway = await startTestGateway()
    await seedRepo(gateway)
    const repo = gateway.world.repos[0]
    if (repo === undefined) throw new Error('no repo')
    head = commitFiles(repo, 'refs/heads/main', { title: 'weights', message: '', change: (files) => files.set('w/model v1.bin', lfsFileOf(LARGE)) }).oid
    repo.refs.set('refs/pr/1', head)
    repo.refs.set('refs/heads/fix#1', head)
    repo.refs.set('refs/heads/a%20b', head)
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })

  test('answers HEAD of a regular file with everything the client needs', async () => {
    const answer = await gateway.call('HEAD', '/team/m/resolve/main/config.json', { headers: { 'accept-encoding': 'identity' } })
    expect(answer.status).toBe(200)
    const oid = createHash('sha1').update(`blob ${CONFIG.length}\0${CONFIG}`).digest('hex')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-repo-commit': head, etag: `"${oid}"`, 'content-length': String(CONFIG.length), 'accept-ranges': 'bytes', 'content-type': 'application/json',
      'content-disposition': "inline; filename=\"config.json\"; filename*=UTF-8''config.json", 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'",
    })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(answer.headers.get('transfer-encoding')).toBeNull()
  })

  test('answers HEAD of a large file without a redirect, GET by one', async () => {
    const metadata = await gateway.call('HEAD', '/team/m/resolve/main/w/model%20v1.bin')
    expect(metadata.status).toBe(200)
    expect(metadata.headers.get('x-linked-etag')).toBe(`"${SHA}"`)
    expect(metadata.headers.get('x-linked-size')).toBe(String(LARGE.length))
    expect(metadata.headers.get('content-length')).toBe(String(LARGE.length))
    expect(metadata.headers.get('location')).toBeNull()
    const moved = await gateway.call('GET', '/team/m/resolve/main/w/model%20v1.bin')
    expect(moved.status).toBe(302)
    expect(moved.headers.get('location')).toMatch(/^\/-\/blob\//)
    expect(moved.headers.get('x-repo-commit')).toBe(head)
    const bytes = Buffer.from(await (await fetch(new URL(moved.headers.get('location') ?? '', gateway.url))).arrayBuffer())
    expect(bytes.equals(LARGE)).toBe(true)
  })

  test.each([['bytes=0-0', 1], ['bytes=-5', 5], ['bytes=100-199', 100]])('serves the range %s of a large file itself', async (range, length) => {
    const answer = await gateway.call('GET', '/team/m/resolve/main/w/model%20v1.bin', { headers: { range, 'accept-encoding': 'gzip, br, zstd' } })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toMatch(new RegExp(`/${LARGE.length}$`))
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(answer.headers.get('etag')).toBe(`"${SHA}"`)
    expect(answer.headers.get('x-repo-commit')).toBe(head)
    expect((await answer.arrayBuffer()).byteLength).toBe(length)
  })

  test('serves everything itself in proxy mode', async () => {
    await using proxying = await startTestGateway({ dataPlaneMode: 'proxy' })
    await seedRepo(proxying)
    const repo = proxying.world.repos[0]
    if (repo !== undefined) commitFiles(repo, 'refs/heads/main', { title: 'w', message: '', change: (files) => files.set('w.bin', lfsFileOf(LARGE)) })
    expect((await proxying.call('GET', '/team/m/resolve/main/w.bin')).status).toBe(200)
  })

  test.each(['/team/m/resolve/main/dir/a%20b.txt', '/team%2Fm/resolve/main/dir%2Fa%20b.txt', '/team/m/resolve/refs/pr/1/dir/a%20b.txt', '/team/m/resolve/refs%2Fpr%2F1/dir/a%20b.txt', '/team/m/resolve/fix%231/dir/a%20b.txt', '/team/m/resolve/a%2520b/dir/a%20b.txt', '//team/m/resolve/main/dir//a%20b.txt?download=true'])(
    'gets a small file by %s', async (path) => {
      const answer = await gateway.call('GET', path)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe('hello')
      expect(answer.headers.get('x-repo-commit')).toBe(head)
      expect(answer.headers.get('x-request-id')).not.toBeNull()
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    })

  test('serves an empty file, and says 416 to a range past the end', async () => {
    const empty = await gateway.call('GET', '/team/m/resolve/main/empty')
    expect([empty.status, empty.headers.get('content-length')]).toEqual([200, '0'])
    const past = await gateway.call('GET', '/team/m/resolve/main/config.json', { headers: { range: 'bytes=9999-' } })
    expect([past.status, past.headers.get('content-range')]).toEqual([416, `bytes */${CONFIG.length}`])
  })

  test.each(['GET', 'HEAD'])('says EntryNotFound with the commit to %s of a missing file or a folder', async (method) => {
    for (const path of ['/team/m/resolve/main/nothing.txt', '/team/m/resolve/main/dir', '/team/m/resolve/main/..%2Fx']) {
      const answer = await gateway.call(method, path)
      expect([answer.status, answer.headers.get('x-error-code'), answer.headers.get('x-repo-commit')], path).toEqual([404, 'EntryNotFound', head])
    }
    const noRevision = await gateway.call(method, '/team/m/resolve/nope/config.json')
    expect([noRevision.status, noRevision.headers.get('x-error-code'), noRevision.headers.get('x-error-message')]).toEqual([404, 'RevisionNotFound', 'Invalid rev id: nope'])
  })

  test('answers 304 to a known tag', async () => {
    const answer = await gateway.call('GET', '/team/m/resolve/main/w/model%20v1.bin', { headers: { 'if-none-match': `W/"x", "${SHA}"` } })
    expect(answer.status).toBe(304)
  })

  test('gives the pointer of a large file as raw, the bytes of a small one', async () => {
    expect(await (await gateway.call('GET', '/team/m/raw/main/w/model%20v1.bin')).text()).toBe(`version https://git-lfs.github.com/spec/v1\noid sha256:${SHA}\nsize ${LARGE.length}\n`)
    expect(await (await gateway.call('GET', '/team/m/raw/main/dir/a%20b.txt')).text()).toBe('hello')
  })

  test('redirects aliases, other cases and former names, keeping the query', async () => {
    gateway.world.aliases.set('1:gpt2', 'team/m')
    const cases = [
      ['/gpt2/resolve/main/dir/a%20b.txt?download=true', '/team/m/resolve/main/dir/a%20b.txt?download=true'], ['/TEAM/M/resolve/refs/pr/1/config.json', '/team/m/resolve/refs%2Fpr%2F1/config.json'],
      ['/api/models/gpt2', '/api/models/team/m'], ['/api/models/gpt2/tree/main/dir?recursive=true', '/api/models/team/m/tree/main/dir?recursive=true'],
      ['/api/models/gpt2/refs', '/api/models/team/m/refs'], ['/api/models/gpt2/commits/main', '/api/models/team/m/commits/main'], ['/gpt2', '/team/m'],
    ] as const
    for (const [from, to] of cases) {
      const answer = await gateway.call('GET', from)
      expect([answer.status, answer.headers.get('location')], from).toEqual([307, to])
    }
    expect((await gateway.call('HEAD', '/gpt2/resolve/main/config.json')).headers.get('location')).toBe('/team/m/resolve/main/config.json')
  })

  test('keeps the bytes of a gated repo, not its facts', async () => {
    await using other = await startTestGateway()
    await seedRepo(other)
    const repo = other.world.repos[0]
    if (repo !== undefined) repo.gated = GatedMode.GATED_MODE_AUTO
    const nobody = await other.call('GET', '/team/m/resolve/main/config.json')
    const stranger = await other.call('GET', '/team/m/resolve/main/config.json', { token: 'hf_boWrite' })
    expect([nobody.status, nobody.headers.get('x-error-code')]).toEqual([401, 'GatedRepo'])
    expect([stranger.status, stranger.headers.get('x-error-code')]).toEqual([403, 'GatedRepo'])
    expect((await other.call('GET', '/team/m/resolve/main/config.json', { token: 'hf_anaRead' })).status).toBe(200)
    expect(await (await other.call('GET', '/api/models/team/m')).json()).toMatchObject({ gated: 'auto', private: false })
  })
})
