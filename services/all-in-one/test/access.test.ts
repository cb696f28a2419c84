import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from './test-hub.ts'

const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const BAD = 'Invalid credentials in Authorization header'
/** May read and propose, not write. */
const PROPOSES = { scoped: [{ entity: { type: 'user', name: 'ana' }, permissions: ['repo.content.read', 'discussion.write'] }] }
const BOOTSTRAP = {
  users: [
    { name: 'ana', tokens: [{ name: 'w', value: token('ana'), role: 'write' }, { name: 'p', value: token('anaProposes'), role: 'fineGrained', scopes: PROPOSES }, { name: 'n', value: token('anaNothing'), role: 'fineGrained' }] },
    { name: 'bo', tokens: [{ name: 'w', value: token('bo'), role: 'write' }] },
    { name: 'boss', admin: true, tokens: [{ name: 'w', value: token('boss'), role: 'write' }] },
  ],
  orgs: [{ name: 'team', members: [{ user: 'ana', role: 'admin' }] }],
}

describe('access', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await startTestHub(BOOTSTRAP)
    for (const name of ['first', 'second']) await json('POST', '/api/repos/create', 'ana', { name, type: 'model', private: true })
  })
  afterAll(async () => { await hub[Symbol.asyncDispose]() })

  const call = (method: string, path: string, who: string, body?: unknown): Promise<Response> => fetch(`${hub.url}${path}`, {
    method, headers: { authorization: `Bearer ${who.startsWith('hf_') ? who : token(who)}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const json = async <T>(method: string, path: string, who: string, body?: unknown): Promise<T> => {
    const answer = await call(method, path, who, body)
    expect(answer.status, `${method} ${path}: ${await answer.clone().text()}`).toBe(200)
    return answer.json() as Promise<T>
  }
  const statusOf = async (who: string, path = '/api/whoami-v2'): Promise<number> => (await call('GET', path, who)).status
  const commit = (who: string, repo: string, query = '', parentCommit: string | undefined = undefined): Promise<Response> => call('POST', `/api/models/${repo}/commit/main${query}`, who,
    [{ key: 'header', value: { summary: 'add', parentCommit } }, { key: 'file', value: { path: 'a.txt', content: 'aGk=', encoding: 'base64' } }].map((line) => JSON.stringify(line)).join('\n'))
  const namesSeenBy = async (who: string): Promise<string[]> => (await json<{ id: string }[]>('GET', '/api/models?author=ana&sort=createdAt&direction=-1', who)).map(({ id }) => id).toSorted()

  test('a token that may propose but not write: 403 with the missing right at a commit, 200 for a pull request', async () => {
    const head = (await json<{ sha: string }>('GET', '/api/models/ana/first', 'ana')).sha
    for (const parent of [undefined, head, 'f'.repeat(40)]) {
      const refused = await commit('anaProposes', 'ana/first', '', parent)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('x-error-message')).toContain('"repo.write"')
    }
    expect((await call('GET', '/api/models/ana/first/auth-check/write', 'anaProposes')).status).toBe(403)
    const proposed = await commit('anaProposes', 'ana/first', '?create_pr=1')
    expect(proposed.status, await proposed.clone().text()).toBe(200)
    expect(await proposed.json()).toMatchObject({ pullRequestUrl: expect.stringContaining('/ana/first/discussions/1') })
    expect((await call('PUT', '/api/models/ana/first/settings', 'anaProposes', { private: false })).status).toBe(403)
    expect((await call('POST', '/api/repos/create', 'anaProposes', { name: 'third', type: 'model' })).status).toBe(403)
  })

  test('without a scope a private repo is invisible, by address and in lists', async () => {
    expect(await namesSeenBy('ana')).toEqual(['ana/first', 'ana/second'])
    expect(await namesSeenBy('anaProposes')).toEqual(['ana/first', 'ana/second'])
    expect(await namesSeenBy('anaNothing')).toEqual([])
    const hidden = await call('GET', '/api/models/ana/first', 'anaNothing')
    expect([hidden.status, hidden.headers.get('x-error-code')]).toEqual([404, 'RepoNotFound'])
    expect(await json('GET', '/api/whoami-v2', 'anaNothing')).toMatchObject({ auth: { accessToken: { role: 'fineGrained', fineGrained: { canReadGatedRepos: false, global: [], scoped: [] } } } })
  })

  test('a scope on one repo follows the repo, not its name', async () => {
    const made = await json<{ value: string; fineGrained: object }>('POST', '/api/settings/tokens', 'ana', {
      displayName: 'one repo', role: 'fineGrained', fineGrained: { scoped: [{ entity: { type: 'model', name: 'ana/first' }, permissions: ['repo.write'] }] },
    })
    expect(await namesSeenBy(made.value)).toEqual(['ana/first'])
    expect((await commit(made.value, 'ana/first')).status).toBe(200)
    expect((await call('GET', '/api/models/ana/second', made.value)).status).toBe(404)
    await json('POST', '/api/repos/move', 'ana', { fromRepo: 'ana/first', toRepo: 'ana/moved', type: 'model' })
    await json('POST', '/api/repos/create', 'ana', { name: 'first', type: 'model', private: true })
    expect(await namesSeenBy(made.value)).toEqual(['ana/moved'])
    expect(await json('GET', '/api/whoami-v2', made.value)).toMatchObject({ auth: { accessToken: { fineGrained: { scoped: [{ entity: { type: 'model', name: 'ana/moved' }, permissions: ['repo.write'] }] } } } })
    await json('DELETE', '/api/repos/delete', 'ana', { organization: 'ana', name: 'moved', type: 'model' })
    await json('POST', '/api/repos/create', 'ana', { name: 'moved', type: 'model', private: true })
    expect(await namesSeenBy(made.value)).toEqual([])
    expect(await json('GET', '/api/whoami-v2', made.value)).toMatchObject({ auth: { accessToken: { fineGrained: { scoped: [] } } } })
  })

  test('a revoked token is refused at once, with the literal message', async () => {
    const { value, _id } = await json<{ value: string; _id: string }>('POST', '/api/settings/tokens', 'bo', { displayName: 'short', role: 'read' })
    expect(await statusOf(value)).toBe(200)
    await json('DELETE', `/api/settings/tokens/${_id}`, 'bo')
    await expect.poll(() => statusOf(value), { timeout: 1500, interval: 20 }).toBe(401)
    const refused = await call('GET', '/api/models', value)
    expect([refused.status, refused.headers.get('x-error-message'), refused.headers.get('x-error-code')]).toEqual([401, BAD, null])
  })

  test('a token revokes itself', async () => {
    const { value, _id } = await json<{ value: string; _id: string }>('POST', '/api/settings/tokens', 'bo', { displayName: 'short', role: 'read' })
    expect((await call('DELETE', `/api/settings/tokens/${'f'.repeat(24)}`, value)).status).toBe(403)
    await json('DELETE', `/api/settings/tokens/${_id}`, value)
    await expect.poll(() => statusOf(value), { timeout: 1500, interval: 20 }).toBe(401)
  })

  test('a suspended user is out at once on every path, and in again later', async () => {
    expect(await statusOf('bo')).toBe(200)
    await json('POST', '/api/admin/users/bo/suspend', 'boss')
    await expect.poll(() => statusOf('bo'), { timeout: 1500, interval: 20 }).toBe(401)
    for (const path of ['/api/models', '/api/whoami-v2', '/ana/first/resolve/main/a.txt', '/api/admin/users']) {
      const refused = await call('GET', path, 'bo')
      expect([refused.status, refused.headers.get('x-error-message')], path).toEqual([401, BAD])
    }
    await json('POST', '/api/admin/users/bo/unsuspend', 'boss')
    await expect.poll(() => statusOf('bo'), { timeout: 1500, interval: 20 }).toBe(200)
  })

  test('membership opens and closes at once', async () => {
    await json('POST', '/api/repos/create', 'ana', { name: 'shared', organization: 'team', type: 'model', private: true })
    const see = (): Promise<number> => statusOf('bo', '/api/models/team/shared')
    expect(await see()).toBe(404)
    await json('PUT', '/api/organizations/team/members/bo', 'ana', { role: 'read' })
    await expect.poll(see, { timeout: 1500, interval: 20 }).toBe(200)
    expect((await commit('bo', 'team/shared')).status).toBe(403)
    await json('DELETE', '/api/organizations/team/members/bo', 'ana')
    await expect.poll(see, { timeout: 1500, interval: 20 }).toBe(404)
    expect((await call('DELETE', '/api/organizations/team/members/ana', 'boss')).status).toBe(409)
  })

  test('the log tells who showed, hid and deleted a repo', async () => {
    const made = await call('POST', '/api/repos/create', 'ana', { name: 'watched', type: 'dataset', private: true })
    await json('PUT', '/api/datasets/ana/watched/settings', 'ana', { private: false })
    await json('DELETE', '/api/repos/delete', 'boss', { organization: 'ana', name: 'watched', type: 'dataset' })
    type Entry = { readonly action: string; readonly requestId: string; readonly actor: { readonly name: string }; readonly details: { readonly visibility?: string } }
    const read = (): Promise<Entry[]> => json('GET', '/api/admin/audit-log?target=ANA/Watched', 'boss')
    await expect.poll(async () => (await read()).map(({ action, actor, details }) => [actor.name, action, details.visibility]), { timeout: 5000, interval: 50 }).toEqual([
      ['boss', 'repo.deleted', undefined], ['ana', 'repo.updated', 'public'], ['ana', 'repo.created', undefined],
    ])
    expect((await read()).at(-1)?.requestId).toBe(made.headers.get('x-request-id'))
  })

  test('an account goes when its repos are gone, and the log knows who did it', async () => {
    const made = await call('POST', '/api/admin/users', 'boss', { name: 'cy' })
    const { value } = await json<{ value: string }>('POST', '/api/admin/users/cy/tokens', 'boss', { displayName: 'm', role: 'write' })
    await json('POST', '/api/repos/create', value, { name: 'd', type: 'dataset', private: true })
    const refused = await call('DELETE', '/api/admin/users/cy', 'boss')
    expect([refused.status, await refused.json()]).toEqual([409, { error: 'cy owns repositories (dataset cy/d): move or delete them first' }])
    await json('DELETE', '/api/repos/delete', value, { name: 'd', type: 'dataset' })
    await json('DELETE', '/api/admin/users/cy', 'boss')
    await expect.poll(() => statusOf(value), { timeout: 1500, interval: 20 }).toBe(401)
    expect((await call('GET', '/api/users/cy/overview', 'boss')).status).toBe(404)
    const log = await json<{ action: string; requestId: string; actor: { name: string } }[]>('GET', '/api/admin/audit-log?target=cy', 'boss')
    expect(log.map(({ action, actor }) => `${actor.name} ${action}`)).toEqual(['boss user.remove', 'boss token.create', 'boss user.create'])
    expect(log.at(-1)?.requestId).toBe(made.headers.get('x-request-id'))
    expect((await call('DELETE', '/api/admin/users/boss', 'boss')).status).toBe(409)
  })
})
