import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CARD, commitBody, fileLine, seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const NDJSON = { 'content-type': 'application/x-ndjson' }

describe('commit', () => {
  let gateway: TestGateway
  let head: string
  beforeAll(async () => {
    gateway = await startTestGateway()
    head = await seedRepo(gateway)
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const commit = (body: string | Buffer, { token = 'hf_anaWrite', query = '', revision = 'main' } = {}): Promise<Response> =>
    gateway.call('POST', `/api/models/team/m/commit/${revision}${query}`, { token, body, headers: NDJSON })
  const text = async (path: string, revision = 'main'): Promise<string> => (await gateway.call('GET', `/team/m/resolve/${revision}/${path}`)).text()

  test('applies the lines in their order and answers where the commit is', async () => {
    const content = Buffer.from([1, 2, 3])
    const sha256 = createHash('sha256').update(content).digest('hex')
    gateway.world.repos[0]?.lfsObjects.set(sha256, content)
    const answer = await commit(commitBody([
      { key: 'deletedFolder', value: { path: 'dir/' } }, fileLine('dir/new.txt', 'new'), { key: 'lfsFile', value: { path: 'w.bin', algo: 'sha256', oid: sha256, size: 3 } },
      { key: 'deletedFile', value: { path: 'empty' } }, { key: 'file', value: { path: 'plain.txt', content: 'h\u00e9', encoding: 'utf-8' } }, fileLine('last.txt', 'last'),
    ], { parentCommit: head }))
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { commitOid: string }
    head = body.commitOid
    expect(body).toEqual({ success: true, commitOid: expect.stringMatching(/^[0-9a-f]{40}$/), commitUrl: `${gateway.url}/team/m/commit/${head}`, hookOutput: '' })
    const files = gateway.world.repos[0]?.commits.get(head)?.files
    expect([...(files?.keys() ?? [])].toSorted()).toEqual(['.gitattributes', 'README.md', 'config.json', 'dir/new.txt', 'last.txt', 'plain.txt', 'w.bin'])
    expect(await text('plain.txt')).toBe('h\u00e9')
    expect(files?.get('w.bin')?.lfs?.sha256).toBe(sha256)
  })

  test('opens a pull request for who may read, and goes on there', async () => {
    const opened = await commit(commitBody([fileLine('pr.txt', '1')]), { token: 'hf_miaWrite', query: '?create_pr=1' })
    expect(await opened.json()).toMatchObject({ pullRequestUrl: `${gateway.url}/team/m/discussions/1` })
    expect(await text('pr.txt', 'refs%2Fpr%2F1')).toBe('1')
    expect((await commit(commitBody([fileLine('pr.txt', '2')]), { revision: 'refs%2Fpr%2F1' })).status).toBe(200)
    expect(await text('pr.txt', 'refs/pr/1')).toBe('2')
  })

  test('says 412 by the literal message when the parent has moved, 403 without the right', async () => {
    const moved = await commit(commitBody([fileLine('x', 'x')], { parentCommit: 'a'.repeat(40) }))
    expect([moved.status, ((await moved.json()) as { error: string }).error]).toEqual([412, 'The branch was updated since you opened this page. Please refresh and try again.'])
    expect((await commit(commitBody([fileLine('x', 'x')], { parentCommit: head }), { token: 'hf_anaRead' })).status).toBe(403)
    expect((await commit(commitBody([fileLine('x', 'x')]), { token: 'hf_boWrite' })).status).toBe(403)
  })

  test('says what the storage says: missing file, missing object, unknown branch', async () => {
    const gone = await commit(commitBody([{ key: 'deletedFile', value: { path: 'nothing' } }]))
    expect([gone.status, gone.headers.get('x-error-code'), gone.headers.get('x-error-message')]).toEqual([404, 'EntryNotFound', "A file with this name doesn't exist"])
    expect((await commit(commitBody([{ key: 'lfsFile', value: { path: 'y', oid: 'ab'.repeat(32) } }]))).status).toBe(422)
    expect((await commit(commitBody([fileLine('x', 'x')]), { revision: 'nope' })).headers.get('x-error-code')).toBe('RevisionNotFound')
  })

  const bad = (line: object): string => commitBody([fileLine('ok', 'ok'), line as { key: string; value: unknown }])
  test.each([
    ['', 'the commit body is empty'],
    ['{"key":"file","value":{"path":"x","content":""}}\n', 'line 1: the first line must be the header'],
    [commitBody([]).replace('"summary":"add files",', ''), 'line 1: field "summary" is missing'],
    [commitBody([], { parentCommit: 'main' }), 'line 1: field "parentCommit" must be 40 hex digits'],
    [`${commitBody([])}nonsense\n`, 'line 2: is not a JSON object'],
    [bad({ key: 'chmod', value: { path: 'x' } }), 'line 3: unknown key "chmod"'],
    [bad({ key: 'file', value: { content: 'x' } }), 'line 3: field "path" is missing'],
    [bad({ key: 'file', value: { path: 'x', content: 'a*==', encoding: 'base64' } }), 'line 3: field "content" is not valid base64'],
    [bad({ key: 'file', value: { path: 'x', content: 'YQ=', encoding: 'base64' } }), 'line 3: field "content" is not valid base64'],
    [bad({ key: 'file', value: { path: 'x', content: 'x', encoding: 'hex' } }), 'line 3: field "encoding" must be base64 or utf-8'],
    [bad({ key: 'lfsFile', value: { path: 'x', oid: 'zz' } }), 'line 3: field "oid" must be 64 lower-case hex digits'],
    [bad({ key: 'lfsFile', value: { path: 'x', oid: 'ab'.repeat(32), size: -1 } }), 'line 3: field "size" must be a whole number from 0'],
    [bad({ key: 'deletedFile', value: { path: '' } }), 'line 3: field "path" is empty'],
    [bad({ key: 'header', value: { summary: 'x' } }), 'line 3: a second header'],
    [commitBody([fileLine('README.md', '---\na: [\n---\n')]), 'Invalid metadata in README.md: line 2: '],
  ])('refuses a bad body naming line and field: %#', async (body, message) => {
    const answer = await commit(body)
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { error: string }).error).toContain(message)
    expect(gateway.world.repos[0]?.refs.get('refs/heads/main')).toBe(head)
  })

  test('refuses a line beyond the bound without keeping it', async () => {
    const answer = await commit(Buffer.concat([Buffer.from(commitBody([])), Buffer.alloc((48 << 20) + 10, 0x61)]))
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { error: string }).error).toContain('line 2: longer than')
  })

  test('takes a body in many small pieces, and gives up when it stops', { timeout: 20_000 }, async () => {
    await using slow = await startTestGateway({ bodyIdleTimeoutMs: 300 })
    await seedRepo(slow)
    const send = (pieces: readonly string[], isEnded: boolean): Promise<number> => new Promise((resolve, reject) => {
      const outgoing = request(`${slow.url}/api/models/team/m/commit/main`, { method: 'POST', headers: { authorization: 'Bearer hf_anaWrite', ...NDJSON } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
        if (!isEnded) outgoing.destroy()
      })
      outgoing.once('error', reject)
      for (const piece of pieces) outgoing.write(piece)
      if (isEnded) outgoing.end()
    })
    const body = commitBody([fileLine('a', 'a'), fileLine('README.md', CARD)])
    expect(await send([...body], true)).toBe(200)
    expect(await send([body.slice(0, -10)], false)).toBe(504)
  })
})
