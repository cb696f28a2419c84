import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const BAD = 'Invalid credentials in Authorization header'

describe('the edge', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway()
    await seedRepo(gateway, { name: 'open' })
    await seedRepo(gateway, { name: 'closed', isPrivate: true })
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })

  test.each(['Bearer hf_anaWrite', 'bearer hf_anaWrite', 'BEARER   hf_anaWrite ', `Basic ${Buffer.from('any:hf_anaWrite').toString('base64')}`])('knows the caller by %j', async (authorization) => {
    const answer = await gateway.call('GET', '/api/whoami-v2', { headers: { authorization } })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ type: 'user', name: 'ana', orgs: [{ name: 'team' }], auth: { accessToken: { displayName: 'laptop', role: 'write' } } })
  })

  test.each(['', 'Bearer', 'Bearer '])('takes %j for nobody', async (authorization) => {
    expect((await gateway.call('GET', '/api/models/team/open', { headers: { authorization } })).status).toBe(200)
    expect((await gateway.call('GET', '/api/whoami-v2', { headers: { authorization } })).status).toBe(401)
  })

  test.each(['Bearer hf_wrong', 'Token hf_anaWrite', 'Bearer \u00e9\u00e9'])('refuses %j by the literal message on any path', async (authorization) => {
    for (const path of ['/api/whoami-v2', '/api/models/team/open', '/team/closed/resolve/main/README.md', '/']) {
      const answer = await gateway.call('GET', path, { headers: { authorization } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('x-error-message')).toBe(BAD)
      expect(answer.headers.get('x-error-code')).toBeNull()
      expect(await answer.json()).toEqual({ error: BAD })
    }
  })

  test('hides what is private: 401 for nobody, 404 for somebody, both RepoNotFound', async () => {
    for (const path of ['/api/models/team/closed', '/api/models/team/nothing', '/team/closed/resolve/main/README.md', '/team/nothing/resolve/main/x', '/api/models/team/closed/tree/main']) {
      const nobody = await gateway.call('GET', path)
      const stranger = await gateway.call('GET', path, { token: 'hf_boWrite' })
      expect([nobody.status, nobody.headers.get('x-error-code')], path).toEqual([401, 'RepoNotFound'])
      expect([stranger.status, stranger.headers.get('x-error-code')], path).toEqual([404, 'RepoNotFound'])
      expect(await stranger.json()).toEqual({ error: 'Repository not found' })
    }
  })

  test.each(['/api/nothing', '/api/models/team/open/nothing', '/api/models/team/open/xet-write-token/main', '/v1/chat/nothing'])('answers %s with 404 JSON', async (path) => {
    const answer = await gateway.call('GET', path)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual({ error: 'Not found' })
  })

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])('says 404 to xorb grants by %s, with any prefix and token', async (method) => {
    for (const path of ['/v1/xorb-grants/default/00', '/v1/xorb-grants/default/00/', '/some/cas/v1/xorb-grants/default/00', '/v1/xorb-grants']) {
      const answer = await gateway.call(method, path, { token: 'a-cas-token', ...(method === 'GET' ? {} : { body: 'not json' }) })
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toContain('application/json')
    }
  })

  test('swallows telemetry before it looks at the token, and serves the agent registry for a day', async () => {
    expect((await gateway.call('POST', '/v1/telemetry', { token: 'a-cas-token', body: '{"x":1}' })).status).toBe(200)
    expect((await gateway.call('HEAD', '/api/telemetry/huggingface_hub/a/b', { token: 'x' })).status).toBe(200)
    const registry = await gateway.call('GET', '/api/agent-harnesses', { token: 'x' })
    expect(await registry.json()).toEqual({ standardEnvVars: [], harnesses: {} })
    expect(registry.headers.get('cache-control')).toContain('max-age=86400')
  })

  test('answers a preflight on any path without a credential, and lets scripts read what matters', async () => {
    const answer = await gateway.call('OPTIONS', '/team/closed/resolve/main/x', { token: 'wrong', headers: { origin: 'http://elsewhere', 'access-control-request-headers': 'authorization, range' } })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization, range')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const refused = await gateway.call('GET', '/team/closed/resolve/main/x')
    for (const name of ['ETag', 'X-Linked-Size', 'X-Repo-Commit', 'X-Error-Code', 'Content-Range', 'Link']) expect(refused.headers.get('access-control-expose-headers')).toContain(name)
  })

  test.each(['/api/models/%zz', '/team/open/resolve/main/%C3', '/team/open/resolve/main/a%00b'])('says 400 to %s', async (path) => {
    const answer = await gateway.call('GET', path)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  test('challenges git and LFS clients, and tells them to use a token', async () => {
    const path = '/team/closed.git/info/lfs/objects/batch'
    const body = JSON.stringify({ operation: 'download', objects: [{ oid: 'ab'.repeat(32), size: 1 }] })
    const nobody = await gateway.call('POST', path, { body })
    expect(nobody.status).toBe(401)
    expect(nobody.headers.get('www-authenticate')).toContain('Basic')
    const wrong = await gateway.call('POST', path, { body, headers: { authorization: `Basic ${Buffer.from('ana:my password').toString('base64')}` } })
    expect(wrong.status).toBe(401)
    expect(((await wrong.json()) as { message: string }).message).toContain('access token')
  })

  test('never renders a cause or a control character, and logs a bug once', async () => {
    gateway.world.find = () => { throw new Error('secret detail') }
    const answer = await gateway.call('GET', '/api/models/team/open')
    Reflect.deleteProperty(gateway.world, 'find')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('secret')
    expect(gateway.failures).toHaveLength(1)
    const odd = await gateway.call('GET', '/api/models/team/open?expand=%0Ax%E2%82%AC')
    expect(odd.headers.get('x-error-message')).toContain('"expand" must be one of [author, baseModels, ')
  })

  test('reports each request once, by the address that the client sent', async () => {
    const before = gateway.requests.length
    await (await gateway.call('GET', '/team/open/resolve/main/dir%2Fa%20b.txt?download=true')).text()
    await expect.poll(() => gateway.requests.length).toBe(before + 1)
    expect(gateway.requests.at(-1)).toMatchObject({ method: 'GET', path: '/team/open/resolve/main/dir%2Fa%20b.txt', route: 'getFile', status: 200 })
  })

  test('takes HEAD wherever it takes GET', async () => {
    for (const path of ['/', '/healthz', '/api/models', '/api/models/team/open', '/team/open']) {
      const answer = await gateway.call('HEAD', path)
      expect(answer.status, path).toBe(200)
      expect(await answer.text()).toBe('')
    }
  })

  test('shows plain pages with a strict policy and everything escaped', async () => {
    const start = await gateway.call('GET', '/')
    expect(start.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await start.text()).toContain(`HF_ENDPOINT=${gateway.url}`)
    const page = await gateway.call('GET', '/team/open')
    expect(await page.text()).toContain('href="/team/open/resolve/main/dir/a%20b.txt"')
    expect((await gateway.call('GET', '/metrics')).headers.get('content-type')).toContain('text/plain')
    expect((await gateway.call('GET', '/readyz')).status).toBe(200)
    const openApi = (await (await gateway.call('GET', '/.well-known/openapi.json')).json()) as { paths: object }
    expect(Object.keys(openApi.paths)).toContain('/api/models/{repo}/tree/{revision}/{path}')
  })

  test('refuses an absurdly long address, a compressed body and broken JSON', async () => {
    expect((await gateway.call('GET', `/team/open/resolve/main/${'a'.repeat(5000)}`)).status).toBe(400)
    expect((await gateway.call('POST', '/api/repos/create', { token: 'hf_anaWrite', body: 'x', headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await gateway.call('POST', '/api/repos/create', { token: 'hf_anaWrite', body: '{' })).status).toBe(400)
    expect((await gateway.call('POST', '/api/repos/create', { token: 'hf_anaWrite', body: JSON.stringify({ name: 'x', pad: 'x'.repeat(2 << 20) }) })).status).toBe(413)
  })
})

describe('hosts and proxies', () => {
  async function rawGet(gateway: TestGateway, path: string, head: string): Promise<string> {
    const [host = '', port = ''] = gateway.host.split(':')
    const socket = connect(Number(port), host)
    socket.end(`GET ${path} HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`)
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
    await once(socket, 'close')
    return text
  }

  test('answers only for allowed hosts, probes excepted', async () => {
    await using gateway = await startTestGateway({ allowedHosts: ['hub.example.org', '*.inner.example'] })
    expect(await rawGet(gateway, '/api/models', 'Host: hub.example.org:8080')).toMatch(/^HTTP\/1.1 200/)
    expect(await rawGet(gateway, '/api/models', 'Host: A.inner.example')).toMatch(/^HTTP\/1.1 200/)
    expect(await rawGet(gateway, '/api/models', 'Host: evil.example')).toMatch(/^HTTP\/1.1 421/)
    expect(await rawGet(gateway, '/healthz', 'Host: 10.0.0.1')).toMatch(/^HTTP\/1.1 200/)
  })

  test('refuses a host that could break out of a page or header', async () => {
    await using gateway = await startTestGateway()
    expect(await rawGet(gateway, '/', 'Host: a"><script>')).toMatch(/^HTTP\/1.1 400/)
  })

  test('believes X-Forwarded-* from configured proxies only', async () => {
    const head = 'Host: inside\r\nX-Forwarded-Host: hub.example.org\r\nX-Forwarded-Proto: https'
    await using plain = await startTestGateway()
    expect(await rawGet(plain, '/', head)).toContain('HF_ENDPOINT=http://inside')
    await using trusting = await startTestGateway({ trustedProxies: ['127.0.0.0/8'] })
    expect(await rawGet(trusting, '/', head)).toContain('HF_ENDPOINT=https://hub.example.org')
  })
})
