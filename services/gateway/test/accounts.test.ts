import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PEOPLE, TEAM_ID } from './fakes/accounts.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const ID = expect.stringMatching(/^[0-9a-f]{24}$/)

describe('accounts', () => {
  let gateway: TestGateway
  beforeAll(async () => { gateway = await startTestGateway() })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })

  const call = (method: string, path: string, token: string | undefined, body?: object): Promise<Response> =>
    gateway.call(method, path, { token, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
  const read = async (method: string, path: string, token: string | undefined, body?: object): Promise<unknown> => {
    const answer = await call(method, path, token, body)
    expect(answer.status, await answer.clone().text()).toBe(200)
    return answer.json()
  }
  const makeRepo = async (name: string, isPrivate: boolean): Promise<string> =>
    ((await read('POST', '/api/repos/create', 'hf_anaWrite', { name, organization: 'team', type: 'dataset', private: isPrivate })) as { id: string }).id

  test('tell of a user and an organisation what the official client reads', async () => {
    expect(await read('GET', '/api/users/ANA/overview', undefined)).toEqual({
      _id: PEOPLE.ana.id, user: 'ana', name: 'ana', fullname: 'ANA', type: 'user', avatarUrl: '', isPro: false, isFollowing: false, createdAt: ISO,
      numModels: 0, numDatasets: 0, numSpaces: 0, numDiscussions: 0, numPapers: 0, numUpvotes: 0, numLikes: 0, numFollowers: 0, numFollowing: 0,
      orgs: [{ id: TEAM_ID, name: 'team', fullname: 'TEAM', avatarUrl: '' }],
    })
    expect(await read('GET', '/api/organizations/team/overview', undefined)).toEqual({
      _id: TEAM_ID, name: 'team', fullname: 'TEAM', type: 'org', avatarUrl: '', isVerified: false, isEnterprise: false, isFollowing: false,
      numUsers: 2, numModels: 0, numDatasets: 0, numSpaces: 0, numFollowers: 0, numPapers: 0,
    })
    for (const path of ['/api/users/team/overview', '/api/organizations/ana/overview', '/api/organizations/ana/members', '/api/users/nobody/overview']) {
      expect((await call('GET', path, 'hf_boWrite')).status, path).toBe(404)
    }
  })

  test('list members by page; their roles are for those who are known', async () => {
    const first = await call('GET', '/api/organizations/team/members?limit=1', undefined)
    expect(await first.json()).toEqual([{ _id: PEOPLE.ana.id, user: 'ana', fullname: 'ANA', avatarUrl: '', type: 'user', isPro: false }])
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(next.startsWith(`${gateway.url}/api/organizations/team/members?`)).toBe(true)
    const last = await call('GET', next.slice(gateway.url.length), 'hf_boWrite')
    expect(await last.json()).toMatchObject([{ user: 'mia', role: 'read' }])
    expect(last.headers.get('link')).toBeNull()
  })

  test('change members for those who administer the organisation', async () => {
    for (const base of ['/api/organizations/team/members', '/api/admin/organizations/team/members']) {
      expect(await read('PUT', `${base}/Bo`, 'hf_anaWrite', { role: 'contributor' })).toEqual({ _id: PEOPLE.bo.id, user: 'bo', role: 'contributor', isNew: true })
      expect((await call('PUT', `${base}/bo`, 'hf_rootWrite', { role: 'owner' })).status).toBe(400)
      expect((await call('PUT', `${base}/bo`, 'hf_miaWrite', { role: 'admin' })).status).toBe(403)
      expect((await call('DELETE', `${base}/mia`, 'hf_anaRead')).status).toBe(403)
      expect(await read('DELETE', `${base}/mia`, 'hf_anaWrite')).toEqual({})
      const last = await call('DELETE', `${base}/ana`, 'hf_rootWrite')
      expect([last.status, await last.json()]).toEqual([409, { error: 'ana is the last admin of the organization team' }])
    }
  })

  test('make tokens whose scopes are bound to ids; the value is told once and never cached', async () => {
    const id = await makeRepo('d1', true)
    const fineGrained = {
      canReadGatedRepos: true, global: ['discussion.write'],
      scoped: [{ entity: { type: 'dataset', name: 'TEAM/d1' }, permissions: ['repo.write'] }, { entity: { type: 'org', name: 'Team' }, permissions: ['repo.content.read'] }],
    }
    const made = await call('POST', '/api/settings/tokens', 'hf_anaWrite', { displayName: 'ci', role: 'fineGrained', expiresAt: '2031-01-01T00:00:00+01:00', fineGrained })
    expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const shown = {
      _id: ID, displayName: 'ci', role: 'fineGrained', createdAt: ISO, expiresAt: '2030-12-31T23:00:00.000Z',
      fineGrained: {
        canReadGatedRepos: true, global: ['discussion.write'],
        scoped: [{ entity: { _id: id, type: 'dataset', name: 'team/d1' }, permissions: ['repo.write'] }, { entity: { _id: TEAM_ID, type: 'org', name: 'team' }, permissions: ['repo.content.read'] }],
      },
    }
    const { value, ...token } = (await made.json()) as { value: string; _id: string }
    expect(value).toMatch(/^hf_[A-Za-z0-9]{34}$/)
    expect(token).toEqual(shown)
    expect(await read('GET', '/api/settings/tokens', 'hf_anaRead')).toEqual([shown])
    expect(await read('GET', '/api/settings/tokens', 'hf_boWrite')).toEqual([])
    expect(await read('DELETE', `/api/settings/tokens/${token._id}`, 'hf_anaWrite')).toEqual({})
    expect(await read('GET', '/api/settings/tokens', 'hf_anaWrite')).toEqual([])
  })

  test.each([
    [{ role: 'read' }, 400], [{ displayName: 'x' }, 400], [{ displayName: 'x', role: 'admin' }, 400], [{ displayName: 'x', role: 'read', expiresAt: 'tomorrow' }, 400],
    [{ displayName: 'x', role: 'read', expiresAt: '2031-02-31T99:00:00Z' }, 400],
    [{ displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'planet', name: 'x' }, permissions: [] }] } }, 400],
    [{ displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'user' }, permissions: [] }] } }, 400],
    [{ displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'user', name: 'team' }, permissions: [] }] } }, 404],
    [{ displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'model', name: 'team/nothing' }, permissions: [] }] } }, 404],
    [{ displayName: 'x', role: 'fineGrained', fineGrained: { scoped: Array.from({ length: 101 }, () => ({ entity: { type: 'user', name: 'ana' }, permissions: [] })) } }, 400],
  ])('refuse the token %j by %i', async (body, status) => {
    expect((await call('POST', '/api/settings/tokens', 'hf_anaWrite', body)).status).toBe(status)
  })

  test('do not tell by a scope what is hidden', async () => {
    await makeRepo('hidden', true)
    const answer = await call('POST', '/api/settings/tokens', 'hf_boWrite', { displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'dataset', name: 'team/hidden' }, permissions: [] }] } })
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound'])
  })

  test('delete expired tokens only when asked so', async () => {
    expect(await read('DELETE', '/api/settings/tokens?expired=true', 'hf_anaWrite')).toEqual({ deleted: 0 })
    expect((await call('DELETE', '/api/settings/tokens', 'hf_anaWrite')).status).toBe(400)
  })

  test('tell a fine-grained token what it may do, by present names', async () => {
    const id = await makeRepo('named', true)
    const scoped = [{ kind: 'repo', id, permissions: ['repo.content.read'] }, { kind: 'namespace', id: PEOPLE.ana.id, permissions: ['repo.write'] }, { kind: 'repo', id: 'f'.repeat(24), permissions: [] }] as const
    gateway.authentication.scopes.set('hf_anaFine', { canReadGatedRepos: false, global: [], scoped: [...scoped] })
    expect(await read('GET', '/api/whoami-v2', 'hf_anaFine')).toMatchObject({
      name: 'ana',
      auth: {
        accessToken: {
          role: 'fineGrained',
          fineGrained: {
            canReadGatedRepos: false, global: [],
            scoped: [{ entity: { _id: id, type: 'dataset', name: 'team/named' }, permissions: ['repo.content.read'] }, { entity: { _id: PEOPLE.ana.id, type: 'user', name: 'ana' }, permissions: ['repo.write'] }],
          },
        },
      },
    })
    expect(await read('GET', '/api/whoami-v2', 'hf_anaWrite')).not.toHaveProperty('auth.accessToken.fineGrained')
  })
})

describe('administration', () => {
  let gateway: TestGateway
  beforeAll(async () => { gateway = await startTestGateway() })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const call = (method: string, path: string, body?: object, token = 'hf_rootWrite'): Promise<Response> =>
    gateway.call(method, path, { token, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })

  test('creates, shows, lists and changes users', async () => {
    const made = await call('POST', '/api/admin/users', { name: 'cy', fullname: 'Cy C', email: 'cy@example.org', password: 'long enough' })
    expect(await made.json()).toEqual({ _id: ID, user: 'cy', fullname: 'Cy C', email: 'cy@example.org', isAdmin: false, hasPassword: true, createdAt: ISO })
    expect((await call('POST', '/api/admin/users', { name: 'cy' })).status).toBe(409)
    const listed = await call('GET', '/api/admin/users?search=cy&limit=1')
    expect(await listed.json()).toMatchObject([{ user: 'cy' }])
    expect((await call('GET', '/api/admin/users?limit=1')).headers.get('link')).toContain('cursor=next')
    expect((await call('POST', '/api/admin/users/cy/suspend')).status).toBe(200)
    expect(await (await call('GET', '/api/admin/users/cy')).json()).toMatchObject({ user: 'cy', suspendedAt: ISO, orgs: [{ name: 'team', role: 'write' }], tokens: [] })
    expect((await call('POST', '/api/admin/users/cy/unsuspend')).status).toBe(200)
    expect(await (await call('GET', '/api/admin/users/cy')).json()).not.toHaveProperty('suspendedAt')
    expect((await call('PUT', '/api/admin/users/cy/admin', { isAdmin: true })).status).toBe(200)
    expect((await call('GET', '/api/admin/users/nobody')).status).toBe(404)
  })

  test('resets passwords and mints tokens, in answers that are not cached', async () => {
    const generated = await call('POST', '/api/admin/users/bo/password')
    expect([await generated.json(), generated.headers.get('cache-control')]).toEqual([{ password: 'generated-password' }, 'no-store'])
    expect(await (await call('POST', '/api/admin/users/bo/password', { password: 'given password' })).json()).toEqual({})
    const minted = await call('POST', '/api/admin/users/bo/tokens', { displayName: 'machine', role: 'write' })
    expect([await minted.json(), minted.headers.get('cache-control')]).toEqual([{ _id: ID, displayName: 'machine', role: 'write', createdAt: ISO, value: expect.stringMatching(/^hf_m+$/) }, 'no-store'])
  })

  test('creates organisations, and says why one cannot go', async () => {
    expect(await (await call('POST', '/api/admin/organizations', { name: 'lab', defaultVisibility: 'private', admin: 'ana' })).json()).toEqual({ _id: ID, name: 'lab', fullname: 'lab', defaultVisibility: 'private' })
    const refused = await call('DELETE', '/api/admin/organizations/team')
    expect([refused.status, await refused.json()]).toEqual([409, { error: 'team owns repositories (model team/m): move or delete them first' }])
  })

  test('shows the audit log with the id of the request', async () => {
    const answer = await call('POST', '/api/admin/users', { name: 'audited' })
    const entries = (await (await call('GET', '/api/admin/audit-log?action=user.create')).json()) as object[]
    expect(entries[0]).toEqual({
      id: expect.any(Number), time: ISO, action: 'user.create', requestId: answer.headers.get('x-request-id'), details: { a: 'b' },
      actor: { kind: 'user', _id: PEOPLE.root.id, name: 'root', credentialId: ID }, target: { kind: 'user', _id: '', name: 'someone' },
    })
  })

  test('refuses all others before it looks at names', async () => {
    for (const token of ['hf_anaWrite', 'hf_anaFine']) {
      for (const name of ['bo', 'nobody-here']) expect((await call('POST', `/api/admin/users/${name}/suspend`, undefined, token)).status).toBe(403)
      expect((await call('POST', '/api/admin/users/nobody-here/tokens', { displayName: 'x', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'model', name: 'team/x' }, permissions: [] }] } }, token)).status).toBe(403)
    }
    expect((await gateway.call('GET', '/api/admin/users')).status).toBe(401)
  })
})
