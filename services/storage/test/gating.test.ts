import { can, type Actor, type UserActor } from '@hearth/authz'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openRepo } from '../src/domain/access.ts'
import type { AccessRequest } from '../src/domain/access-request-port.ts'
import { grantAccess, handleRequest, listRequests, readOwnAccess, requestAccess, type HandleCommand } from '../src/domain/gating-requests.ts'
import type { AccessStatus } from '../src/domain/gating.ts'
import type { Repo } from '../src/domain/repo.ts'
import { deleteRepo, updateRepoSettings } from '../src/domain/repo-settings.ts'
import { ANA, BO, BO_READS, EVE, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const ANONYMOUS: Actor = { kind: 'anonymous' }
const caller = (actor: Actor) => ({ actorToken: actor.kind === 'user' ? actor.id : undefined, requestId: 'test', signal: NO_SIGNAL })

interface Gated {
  readonly repo: Repo
  ask(actor: Actor, fields?: Parameters<typeof requestAccess>[2]['fields']): Promise<AccessRequest | undefined>
  handle(status: AccessStatus, which: HandleCommand['which'], more?: { readonly actor?: Actor; readonly reason?: string }): Promise<AccessRequest>
  grant(userName: string, actor?: Actor): Promise<AccessRequest>
  list(status: AccessStatus, pageSize?: number): Promise<readonly AccessRequest[]>
  read(actor: Actor): Promise<string>
  epoch(): Promise<number>
}

async function openGated(storage: TestStorage, gated: 'open' | 'auto' | 'manual' = 'manual', visibility?: 'public' | 'private'): Promise<Gated> {
  const { ctx } = storage
  const created = await newRepo(storage, 'm', 'model', ANA, visibility)
  const repo = await updateRepoSettings(ctx, ANA, { repo: nameOf(created), visibility: undefined, gated })
  const name = nameOf(repo)
  return {
    repo,
    ask: async (actor, fields = []) => (await requestAccess(ctx, actor, { repo: name, fields }, caller(actor))).request,
    handle: (status, which, { actor = ANA, reason } = {}) => handleRequest(ctx, actor, { repo: name, which, status, rejectionReason: reason }, caller(actor)),
    grant: (userName, actor = ANA) => grantAccess(ctx, actor, { repo: name, userName }, caller(actor)),
    async list(status, pageSize) {
      const found: AccessRequest[] = []
      for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined; isFirst = false) {
        const page = await listRequests(ctx, ANA, { repo: name, status, pageSize, pageToken })
        found.push(...page.requests)
        pageToken = page.nextPageToken
      }
      return found
    },
    read: (actor) => openRepo(ctx.repos, actor, name, 'readContent').then(() => 'read', (error: { reason: string; metadata: Record<string, string> }) => error.metadata['gate'] ?? error.reason),
    epoch: async () => (await ctx.repos.findRepo(name))?.epoch ?? -1,
  }
}

test('manual: asked, accepted, cancelled, rejected, accepted again; each move is an event, who loses access takes the epoch along', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const before = storage.events.length
  const epoch = await gate.epoch()
  const asked = await gate.ask(BO, [{ name: 'Country', value: 'Peru' }, { name: 'I agree', value: true }])
  expect(asked).toMatchObject({ status: 'pending', user: { id: BO.id, name: 'bo', fullName: 'Bo Stranger', email: 'bo@example.org' }, decision: undefined })
  expect(await gate.read(BO)).toBe('pending')
  expect(await gate.list('pending')).toEqual([asked])
  expect(asked?.fields).toEqual([{ name: 'Country', value: 'Peru' }, { name: 'I agree', value: true }])
  const which = { userName: 'BO' }
  expect(await gate.handle('accepted', which)).toMatchObject({ id: asked?.id, status: 'accepted', decision: { by: { name: 'Ana' } } })
  expect([await gate.read(BO), await gate.read(BO_READS), await gate.epoch()]).toEqual(['read', 'read', epoch])
  expect(await gate.handle('pending', { requestId: asked?.id ?? '' })).toMatchObject({ status: 'pending', decision: undefined })
  expect([await gate.read(BO), await gate.epoch()]).toEqual(['pending', epoch + 1])
  await gate.handle('accepted', which)
  expect(await gate.handle('rejected', which, { reason: 'no affiliation' })).toMatchObject({ status: 'rejected', rejectionReason: 'no affiliation' })
  expect([await gate.read(BO), await gate.epoch()]).toEqual(['rejected', epoch + 2])
  expect(await gate.handle('accepted', which)).toMatchObject({ status: 'accepted', rejectionReason: undefined })
  expect([await gate.read(BO), await gate.epoch()]).toEqual(['read', epoch + 2])
  const events = storage.events.slice(before)
  expect(events.map(({ type, payload }) => [type.replace('hearth.storage.v1.', ''), payload['from'], payload['status'], payload['epoch']])).toEqual([
    ['access.requested', null, 'pending', epoch], ['access.accepted', 'pending', 'accepted', epoch], ['access.cancelled', 'accepted', 'pending', epoch + 1],
    ['access.accepted', 'pending', 'accepted', epoch + 1], ['access.rejected', 'accepted', 'rejected', epoch + 2], ['access.accepted', 'rejected', 'accepted', epoch + 2],
  ])
  expect(events[0]?.payload).toMatchObject({ repoId: gate.repo.id, repoType: 'model', namespace: 'Ana', name: 'm', requestId: asked?.id, userId: BO.id, userName: 'bo', decidedBy: null })
})

test('auto: who asks is in at once; a grant needs no request, and both lists say so', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage, 'auto')
  expect(await gate.read(BO)).toBe('ask')
  expect(await gate.ask(BO)).toMatchObject({ status: 'accepted', decision: { by: undefined } })
  expect(await gate.read(BO)).toBe('read')
  expect(await gate.grant('eve')).toMatchObject({ status: 'accepted', user: { name: 'Eve', email: undefined }, decision: { by: { id: ANA.id } } })
  expect(await gate.read(EVE)).toBe('read')
  for (const pageSize of [1, 2, undefined]) expect((await gate.list('accepted', pageSize)).map(({ user }) => user.name)).toEqual(['Eve', 'bo'])
  await expect(gate.grant('Eve')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(await gate.handle('pending', { userName: 'eve' })).toMatchObject({ status: 'pending' })
  expect((await gate.list('pending')).map(({ user }) => user.name)).toEqual(['Eve'])
  expect(await gate.ask(EVE)).toMatchObject({ status: 'accepted', user: { email: 'eve@example.org' } })
})

test('repeated and impossible moves are refused and leave nothing behind', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  await gate.ask(BO)
  const events = storage.events.length
  await expect(gate.ask(BO)).rejects.toMatchObject({ reason: 'CONFLICT' })
  await expect(gate.handle('pending', { userName: 'bo' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(gate.handle('accepted', { userName: 'eve' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(gate.handle('accepted', { userName: 'nobody' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(gate.handle('accepted', { userName: 'team' })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(gate.grant('nobody')).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  for (const requestId of ['', 'f'.repeat(24), '\0', "' or 1=1"]) await expect(gate.handle('accepted', { requestId })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  await expect(gate.handle('accepted', { userName: 'bo' }, { reason: 'well' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(storage.events.length).toBe(events)
  expect(await gate.list('pending')).toHaveLength(1)
})

test('a request is handled in its own repo only', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const asked = await gate.ask(EVE)
  const other = await newRepo(storage, 'other', 'model', BO)
  await updateRepoSettings(storage.ctx, BO, { repo: nameOf(other), visibility: undefined, gated: 'manual' })
  const command = { repo: nameOf(other), which: { requestId: asked?.id ?? '' }, status: 'accepted', rejectionReason: undefined } as const
  await expect(handleRequest(storage.ctx, BO, command, caller(BO))).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  expect(await gate.read(EVE)).toBe('pending')
})

test('who may decide, and who may ask', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const fineGrained: UserActor = { ...BO, token: { ...BO.token, role: 'fineGrained' } }
  await gate.ask(EVE)
  for (const [actor, reason] of [[BO, 'FORBIDDEN'], [ANONYMOUS, 'UNAUTHENTICATED'], [{ ...ANA, token: { ...ANA.token, role: 'read' } } as UserActor, 'FORBIDDEN']] as const) {
    await expect(gate.handle('accepted', { userName: 'eve' }, { actor })).rejects.toMatchObject({ reason })
    await expect(gate.grant('bo', actor)).rejects.toMatchObject({ reason })
    await expect(listRequests(storage.ctx, actor, { repo: nameOf(gate.repo), status: 'pending', pageSize: 1, pageToken: undefined })).rejects.toMatchObject({ reason })
  }
  await expect(gate.ask(ANONYMOUS)).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(gate.ask(fineGrained)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(gate.ask(ANA)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(await gate.ask(BO_READS)).toMatchObject({ status: 'pending' })
  expect((await readOwnAccess(storage.ctx, BO, nameOf(gate.repo))).request).toMatchObject({ status: 'pending', user: { name: 'bo' } })
  expect((await readOwnAccess(storage.ctx, ANA, nameOf(gate.repo))).request).toBeUndefined()
})

test('a repo that is not gated takes no requests, and remembers the decided ones', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  await gate.grant('bo')
  const set = (gated: 'open' | 'manual') => updateRepoSettings(storage.ctx, ANA, { repo: nameOf(gate.repo), visibility: undefined, gated })
  await set('open')
  const refused = [() => gate.ask(EVE), () => gate.grant('eve'), () => gate.list('accepted'), () => gate.handle('rejected', { userName: 'bo' })]
  for (const call of refused) await expect(call()).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(await gate.read(EVE)).toBe('read')
  await set('manual')
  expect([await gate.read(BO), await gate.read(EVE)]).toEqual(['read', 'ask'])
})

test('a grant opens the gate and nothing else', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  await gate.grant('bo')
  const open = (action: 'see' | 'openPullRequest' | 'writeContent' | 'administer', actor: Actor = BO) =>
    openRepo(storage.ctx.repos, actor, nameOf(gate.repo), action).then(() => 'allow', (error: { reason: string }) => error.reason)
  expect([await open('see'), await open('openPullRequest'), await open('writeContent'), await open('administer')]).toEqual(['allow', 'allow', 'FORBIDDEN', 'FORBIDDEN'])
  expect([await open('see', EVE), await open('openPullRequest', EVE), await open('writeContent', EVE), await open('administer', EVE)]).toEqual(['allow', 'GATED_REPO', 'GATED_REPO', 'FORBIDDEN'])
  expect([await open('openPullRequest', ANONYMOUS), await open('writeContent', ANONYMOUS)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(gate.repo), visibility: 'private', gated: undefined })
  expect([await open('see'), await gate.read(BO)]).toEqual(['REPO_NOT_FOUND', 'REPO_NOT_FOUND'])
  await expect(gate.ask(EVE)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('three ways to be kept out, three texts', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const scopeless: UserActor = { ...BO, token: { ...BO.token, role: 'fineGrained' } }
  const message = (actor: Actor) => openRepo(storage.ctx.repos, actor, nameOf(gate.repo), 'readContent').then(() => '', (error: Error) => error.message)
  expect([await gate.read(ANONYMOUS), await gate.read(scopeless), await gate.read(BO)]).toEqual(['login', 'ask', 'ask'])
  await gate.grant('bo')
  expect([await gate.read(scopeless), await gate.read({ ...ANA, token: { ...ANA.token, role: 'fineGrained' } })]).toEqual(['tokenScope', 'tokenScope'])
  expect(await message(ANONYMOUS)).toMatch(/^Access to model Ana\/m is restricted.*Please log in\.$/)
  expect(await message(scopeless)).toContain('canReadGatedRepos')
  expect(await message(EVE)).toMatch(/not in the authorized list. Visit the page of the repository to ask for access/)
})

test('requests go with their repo; a change that meets the deletion says so', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const asked = await gate.ask(BO)
  await deleteRepo(storage.ctx, ANA, nameOf(gate.repo))
  expect(await storage.db.query({ text: 'select 1 from access_requests' })).toEqual([])
  const change = storage.ctx.accessRequests.changeRequest({ repoId: gate.repo.id, key: { kind: 'user', userId: BO.id }, move: 'grant', decide: () => ({ ...asked!, status: 'accepted' }) })
  await expect(change).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('of many who decide at once, one wins each move', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => gate.ask(BO)))
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const accepted = await Promise.allSettled(Array.from({ length: 6 }, () => gate.handle('accepted', { userName: 'bo' })))
  expect(accepted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const granted = await Promise.allSettled(Array.from({ length: 6 }, () => gate.grant('eve')))
  expect(granted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a page of very long requests fits a message, and the next one goes on', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  const row = `jsonb_build_array(jsonb_build_object('name', 'why', 'value', repeat('x', 8000)))`
  await storage.db.run({
    text: `insert into access_requests (id, repo_id, user_id, user_name, user_full_name, status, fields, requested_at)
      select lpad(to_hex(n), 24, '0'), $1, 'u' || n, 'u' || n, '', 'pending', ${row}, now() from generate_series(1, 700) n`, values: [gate.repo.id],
  })
  const first = await listRequests(storage.ctx, ANA, { repo: nameOf(gate.repo), status: 'pending', pageSize: undefined, pageToken: undefined })
  expect(first.requests.length).toBeGreaterThan(200)
  expect(Buffer.byteLength(JSON.stringify(first.requests))).toBeLessThan(2_500_000)
  expect(new Set((await gate.list('pending')).map(({ id }) => id)).size).toBe(700)
})

const ids = fc.constantFrom('1', '2').map((digit) => digit.repeat(24))
const users: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constant('user' as const), id: ids, name: fc.constant('u'), isAdmin: fc.boolean(), token: fc.record({ id: ids, role: fc.constantFrom('read', 'write', 'fineGrained' as const) }),
  orgs: fc.uniqueArray(fc.record({ id: ids, name: fc.constant('o'), role: fc.constantFrom('read', 'contributor', 'write', 'admin' as const) }), { maxLength: 2, selector: (org) => org.id }),
})

test('who may write or propose changes may read: else "you need not send it" would give bytes away', () => {
  const resource = fc.record({ id: ids, namespaceId: ids, visibility: fc.constantFrom('public', 'private' as const), gated: fc.constantFrom('open', 'auto', 'manual' as const), creatorId: ids, isGranted: fc.boolean() })
  fc.assert(fc.property(users, resource, (actor, repo) => {
    for (const action of ['writeContent', 'openPullRequest'] as const) {
      if (can(actor, action, repo) === 'allow') expect(can(actor, 'readContent', repo)).toBe('allow')
    }
  }), { numRuns: 1000 })
})

test('who writes to a repo sees who asked, and does not decide', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  await gate.ask(EVE)
  const writer: UserActor = { ...BO, orgs: [{ id: ANA.id, name: 'ana', role: 'write' }] }
  const list = (actor: Actor) => listRequests(storage.ctx, actor, { repo: nameOf(gate.repo), status: 'pending', pageSize: undefined, pageToken: undefined })
  expect((await list(writer)).requests.map(({ user }) => user.name)).toEqual(['Eve'])
  await expect(gate.grant('eve', writer)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  const scoped = (permissions: readonly ('repo.access.read' | 'repo.content.read')[]): UserActor =>
    ({ ...ANA, token: { id: ANA.token.id, role: 'fineGrained', scopes: { canReadGatedRepos: false, global: [], scoped: [{ kind: 'repo', id: gate.repo.id, permissions }] } } })
  expect((await list(scoped(['repo.access.read']))).requests).toHaveLength(1)
  await expect(list(scoped(['repo.content.read']))).rejects.toMatchObject({ reason: 'FORBIDDEN' })
})

test('a repo that takes the name of a deleted one does not take its grants', async () => {
  await using storage = await openTestStorage()
  const gate = await openGated(storage)
  await gate.grant('bo')
  await deleteRepo(storage.ctx, ANA, nameOf(gate.repo))
  const next = await openGated(storage)
  expect([next.repo.id === gate.repo.id, await next.read(BO)]).toEqual([false, 'ask'])
})
