import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CARD, seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

describe('repos', () => {
  let gateway: TestGateway
  beforeAll(async () => { gateway = await startTestGateway() })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const create = (body: object, token = 'hf_anaWrite'): Promise<Response> => gateway.call('POST', '/api/repos/create', { token, body: JSON.stringify(body) })

  test.each([
    [{ name: 'a1', organization: null }, 'ana/a1', ''], [{ name: 'a2', organization: 'ana' }, 'ana/a2', ''], [{ name: 'ana/a3' }, 'ana/a3', ''], [{ name: 'a4', organization: 'team', private: true }, 'team/a4', ''],
    [{ name: 'a5', type: 'dataset', visibility: 'private', lfsmultipartthresh: 1 }, 'ana/a5', 'datasets/'], [{ name: 'a6', type: 'space', sdk: 'static', hardware: 'cpu', secrets: [] }, 'ana/a6', 'spaces/'],
    [{ name: 'a7', type: 'model', resourceGroupId: 'x', region: 'eu' }, 'ana/a7', ''],
  ])('creates %j', async (body, id, prefix) => {
    const answer = await create(body)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ url: `${gateway.url}/${prefix}${id}`, name: id, id: expect.stringMatching(/^[0-9a-f]{24}$/) })
  })

  test('says 409 with the url of the repo that is there, by the host that was asked', async () => {
    await create({ name: 'twice' })
    const again = await create({ name: 'twice', organization: null })
    expect(again.status).toBe(409)
    expect(await again.json()).toEqual({ error: 'You already created this repo', url: `${gateway.url}/ana/twice` })
  })

  test.each([[{ name: 'x', type: 'kernel' }], [{ name: 'x', visibility: 'protected' }], [{}], [{ name: 'team/x', organization: 'ana' }]])('refuses %j by 400', async (body) => {
    expect((await create(body)).status).toBe(400)
  })

  test('refuses strangers, read-only tokens and nobody', async () => {
    expect((await create({ name: 'x', organization: 'team' }, 'hf_boWrite')).status).toBe(403)
    expect((await create({ name: 'x' }, 'hf_anaRead')).status).toBe(403)
    expect((await gateway.call('POST', '/api/repos/create', { body: '{"name":"x"}' })).status).toBe(401)
  })

  test('deletes by a JSON body, and says RepoNotFound the second time', async () => {
    await create({ name: 'gone' })
    const remove = (): Promise<Response> => gateway.call('DELETE', '/api/repos/delete', { token: 'hf_anaWrite', body: JSON.stringify({ name: 'gone', organization: null, type: 'model' }), headers: { 'content-type': 'application/json' } })
    expect((await remove()).status).toBe(200)
    const again = await remove()
    expect([again.status, again.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound'])
  })

  test.each([[{ private: true }, { private: true, gated: false }], [{ visibility: 'public', xetEnabled: true }, { private: false, gated: false }], [{ gated: 'manual' }, { gated: 'manual' }], [{ gated: false }, { gated: false }]])('settings %j', async (body, expected) => {
    if (gateway.world.find({ type: 1, path: 'ana/set' }) === undefined) await create({ name: 'set' })
    const answer = await gateway.call('PUT', '/api/models/ana/set/settings', { token: 'hf_anaWrite', body: JSON.stringify(body) })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject(expected)
  })

  test('judges cards, in JSON and in plain text, for nobody too', async () => {
    const judge = (content: string, accept: string): Promise<Response> => gateway.call('POST', '/api/validate-yaml', { body: JSON.stringify({ content, repoType: 'model' }), headers: { accept } })
    expect(await (await judge(CARD, '*/*')).json()).toEqual({ warnings: [], errors: [] })
    const broken = await judge('---\nlicense: a\nlicense: b\n---\n', '*/*')
    expect([broken.status, await broken.json()]).toEqual([400, { warnings: [], errors: [{ message: 'line 3: the key "license" stands here a second time' }] }])
    const text = await judge('---\na:\n\tb: 1\n---\n', 'text/plain')
    expect([text.status, text.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8'])
    expect(await text.text()).toContain('line 3')
    expect((await judge(CARD, 'text/plain')).status).toBe(200)
    expect(await (await judge('# no metadata', '*/*')).json()).toMatchObject({ errors: [], warnings: [{ message: 'empty or missing yaml metadata in repo card' }] })
  })

  test('checks rights', async () => {
    await seedRepo(gateway, { name: 'rights' })
    const check = async (token: string, tail: string): Promise<number> => (await gateway.call('GET', `/api/models/team/rights/auth-check${tail}`, { token })).status
    expect([await check('hf_boWrite', ''), await check('hf_boWrite', '/write'), await check('hf_anaWrite', '/write'), await check('hf_anaRead', '/write')]).toEqual([200, 403, 200, 403])
  })
})
