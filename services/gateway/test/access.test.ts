import { RepoType } from '@hearth/proto/storage/v1/repos'
import { describe, expect, test } from 'vitest'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

async function openGated(): Promise<TestGateway> {
  const gateway = await startTestGateway()
  await seedRepo(gateway, { name: 'm' })
  await put(gateway, '/api/models/team/m/settings', { gated: 'manual' })
  return gateway
}

const put = (gateway: TestGateway, path: string, body: unknown): Promise<Response> => gateway.call('PUT', path, { token: 'hf_anaWrite', body: JSON.stringify(body), headers: JSON_TYPE })
const post = (gateway: TestGateway, path: string, body: unknown, token = 'hf_anaWrite'): Promise<Response> => gateway.call('POST', path, { token, body: JSON.stringify(body), headers: JSON_TYPE })

describe('access requests', () => {
  test('are asked for as JSON or by a form, and seen by who asked', async () => {
    await using gateway = await openGated()
    const own = async () => (await gateway.call('GET', '/api/models/team/m/ask-access', { token: 'hf_boWrite' })).json()
    expect(await own()).toEqual({ gated: 'manual', request: null })
    const asked = await (await post(gateway, '/api/models/team/m/ask-access', { fields: { Country: 'Peru', 'I agree': true, Age: 41 } }, 'hf_boWrite')).json() as { fields: unknown }
    expect(asked).toMatchObject({ user: { user: 'bo' }, status: 'pending', timestamp: '2026-01-02T03:04:05.006Z', fields: { Country: 'Peru', 'I agree': true, Age: 41 } })
    expect(await own()).toEqual({ gated: 'manual', request: asked })
    const form = await gateway.call('POST', '/team/m/ask-access', { token: 'hf_miaWrite', body: 'Country=Peru&Use=a&Use=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    expect([form.status, form.headers.get('location')]).toEqual([303, '/team/m'])
    const listed = await (await gateway.call('GET', '/api/models/team/m/user-access-request/pending', { token: 'hf_anaWrite' })).json() as { fields: unknown }[]
    expect(listed.map(({ fields }) => fields)).toEqual([{ Country: 'Peru', Use: 'a, b' }, asked.fields])
  })

  test('of data sets and spaces have the same addresses', async () => {
    await using gateway = await startTestGateway()
    for (const [type, kind] of [['dataset', 'datasets'], ['space', 'spaces']] as const) {
      await seedRepo(gateway, { name: type, type })
      await put(gateway, `/api/${kind}/team/${type}/settings`, { gated: 'auto' })
      const form = await gateway.call('POST', `/${kind}/team/${type}/ask-access`, { token: 'hf_boWrite' })
      expect([form.status, form.headers.get('location')]).toEqual([303, `/${kind}/team/${type}`])
      expect((await post(gateway, `/api/${kind}/team%2F${type}/user-access-request/handle`, { user: 'bo', status: 'accepted' })).status).toBe(200)
    }
    expect(gateway.world.repos.map((repo) => repo.type)).toEqual([RepoType.REPO_TYPE_DATASET, RepoType.REPO_TYPE_SPACE])
  })

  test('are listed by pages whose links lead through all of them', async () => {
    await using gateway = await openGated()
    for (const name of ['bo', 'mia', 'root']) expect(await (await post(gateway, '/api/models/team/m/user-access-request/grant', { user: name })).json()).toMatchObject({ status: 'accepted' })
    const seen: string[] = []
    for (let path: string | undefined = '/api/models/team/m/user-access-request/accepted?limit=2'; path !== undefined;) {
      const page = await gateway.call('GET', path, { token: 'hf_anaWrite' })
      for (const row of await page.json() as { requestId: string; user: { user: string } }[]) {
        expect(row.requestId).toMatch(/^[0-9a-f]{24}$/)
        seen.push(row.user.user)
      }
      const link = /^<(http:\/\/[^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
      path = link === undefined ? undefined : link.slice(gateway.url.length)
    }
    expect(seen).toEqual(['root', 'mia', 'bo'])
  })

  test.each([
    [{ status: 'accepted' }, 400], [{ status: 'accepted', user: 'bo', requestId: 'a'.repeat(24) }, 400], [{ user: 'bo', status: 'maybe' }, 400], [{ user: 'bo' }, 400],
    [{ user: 'mia', status: 'accepted' }, 404], [{ requestId: 'a'.repeat(24), status: 'rejected' }, 404], [{ user: 'bo', status: 'rejected', rejectionReason: 'no' }, 200],
    [{ user: 'bo', requestId: null, status: 'pending' }, 200],
  ])('handles %j with %i', async (body, status) => {
    await using gateway = await openGated()
    await post(gateway, '/api/models/team/m/ask-access', {}, 'hf_boWrite')
    const answer = await post(gateway, '/api/models/team/m/user-access-request/handle', body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-error-code')).toBeNull()
  })

  test('a status that is not one is refused, whoever asks', async () => {
    await using gateway = await openGated()
    expect((await gateway.call('GET', '/api/models/team/m/user-access-request/all', { token: 'hf_anaWrite' })).status).toBe(400)
  })
})
