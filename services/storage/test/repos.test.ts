import { can, GLOBAL_PERMISSIONS, NAMESPACE_PERMISSIONS, type Actor, type NamespacePermission, type TokenScope, type TokenScopes, type UserActor } from '@hearth/authz'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_DETAILS } from '../src/domain/catalogue/facts.ts'
import { createRepo } from '../src/domain/create-repo.ts'
import { findVisibleRepos } from '../src/domain/find-visible-repos.ts'
import { getRepo } from '../src/domain/get-repo.ts'
import { listRepos, visibleTo, type ListReposQuery } from '../src/domain/list-repos.ts'
import { deleteRepo, updateRepoSettings, upsertAlias } from '../src/domain/repo-settings.ts'
import { ANA, BO, commitFiles, LIST_ALL, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const CALLER = { actorToken: undefined, requestId: 'test', signal: NO_SIGNAL }
const ANONYMOUS: Actor = { kind: 'anonymous' }
const VIEW = { revision: undefined, includeSiblings: true, includeBlobs: false, includeCardText: true, includeLinkedSpaces: false, includeChildModels: false, details: NO_DETAILS }

async function names(storage: TestStorage, actor: Actor, query: Partial<ListReposQuery> = {}): Promise<string[]> {
  const found: string[] = []
  let pageToken: string | undefined
  do {
    const page = await listRepos(storage.ctx, actor, {
      ...LIST_ALL, ...query, pageToken,
    })
    found.push(...page.rows.map(({ repo }) => `${repo.namespace}/${repo.name}`))
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  return found
}

test('a new repo has its first commit; names fold, the canonical case is answered', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'My.Model')
  const view = await getRepo(storage.ctx, ANONYMOUS, { repo: { type: 'model', path: 'aNA/my.MODEL' }, ...VIEW })
  expect(view).toMatchObject({ repo: { namespace: 'Ana', name: 'My.Model', visibility: 'public' }, sha: repo.headOid, siblings: { rows: [{ path: '.gitattributes' }] }, cardText: undefined })
  await expect(newRepo(storage, 'my.model')).rejects.toMatchObject({ reason: 'REPO_EXISTS', metadata: { repo: 'Ana/My.Model' } })
  expect((await newRepo(storage, 'My.Model', 'dataset')).type).toBe('dataset')
  const space = await newRepo(storage, 'app', 'space')
  const files = (await getRepo(storage.ctx, ANA, { repo: nameOf(space), ...VIEW })).siblings.rows.map((one) => one.path)
  expect(files).toEqual(['.gitattributes', 'README.md', 'index.html', 'style.css'])
})

test.each(['tree', 'Resolve', 'a--b', 'a..b', '.a', 'a-', 'x.git', 'a b', '', 'a/b', 'x'.repeat(97)])('%j cannot be a repo name', async (name) => {
  await using storage = await openTestStorage()
  await expect(newRepo(storage, name)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

test('who may create where', async () => {
  await using storage = await openTestStorage()
  const make = (actor: Actor, namespace: string) => createRepo(storage.ctx, actor, { type: 'model', namespace, name: 'm', visibility: undefined, spaceSdk: undefined }, CALLER)
  await expect(make(ANONYMOUS, 'Ana')).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(make(BO, 'ana')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(make(BO, 'nobody')).rejects.toMatchObject({ reason: 'NAMESPACE_NOT_FOUND' })
  const member: UserActor = { ...BO, orgs: [{ id: 'c'.repeat(24), name: 'team', role: 'contributor' }] }
  expect(await make(member, 'TEAM')).toMatchObject({ namespace: 'team', visibility: 'private', creatorId: BO.id })
})

test('aliases lead to the repo; a repo of that name comes first', async () => {
  await using storage = await openTestStorage()
  const hub: Actor = { kind: 'service', name: 'hub' }
  await expect(upsertAlias(storage.ctx, ANA, { type: 'model', from: 'gpt2', to: 'Ana/gpt2' })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  expect(await upsertAlias(storage.ctx, hub, { type: 'model', from: 'gpt2', to: 'Ana/gpt2' })).toBe(true)
  expect(await upsertAlias(storage.ctx, hub, { type: 'model', from: 'GPT2', to: 'ana/gpt2' })).toBe(false)
  await expect(getRepo(storage.ctx, ANA, { repo: { type: 'model', path: 'gpt2' }, ...VIEW })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  const repo = await newRepo(storage, 'gpt2')
  expect((await getRepo(storage.ctx, ANA, { repo: { type: 'model', path: 'Gpt2' }, ...VIEW })).repo.id).toBe(repo.id)
})

test('settings: readers change the epoch, repeating does not; others are kept out', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const set = (actor: Actor, visibility: 'public' | 'private' | undefined, gated?: 'open' | 'auto' | 'manual') => updateRepoSettings(storage.ctx, actor, { repo: nameOf(repo), visibility, gated })
  expect((await set(ANA, 'public')).epoch).toBe(repo.epoch)
  expect(await set(ANA, undefined, 'auto')).toMatchObject({ epoch: repo.epoch + 1, gated: 'auto' })
  await expect(set(BO, 'private')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  expect((await set(ANA, 'private')).epoch).toBe(repo.epoch + 2)
  await expect(set(BO, 'public')).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(deleteRepo(storage.ctx, BO, nameOf(repo))).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await deleteRepo(storage.ctx, ANA, nameOf(repo))
  const left = await storage.db.query<{ rows: number }>({ text: 'select (select count(*) from git_objects) + (select count(*) from commits) + (select count(*) from refs) as rows' })
  expect(Number(left[0]?.rows)).toBe(0)
})

test('search, author and order; any page size gives the same list', async () => {
  await using storage = await openTestStorage()
  for (const name of ['bert-base', 'bert_large', 'GPT-2', '100%real']) if (name !== '100%real') await newRepo(storage, name)
  await newRepo(storage, 'bert-tiny', 'model', BO)
  await newRepo(storage, 'bert-data', 'dataset')
  expect(await names(storage, ANA, { search: ['BERT'] })).toEqual(['Ana/bert-base', 'Ana/bert_large', 'bo/bert-tiny'])
  expect(await names(storage, ANA, { search: ['ana bert'] })).toEqual(['Ana/bert-base', 'Ana/bert_large'])
  expect(await names(storage, ANA, { search: ['a/b', 'base'] })).toEqual(['Ana/bert-base'])
  expect(await names(storage, ANA, { search: ['t_l'] })).toEqual(['Ana/bert_large'])
  expect(await names(storage, ANA, { search: ['%'] })).toEqual([])
  expect(await names(storage, ANA, { author: 'BO' })).toEqual(['bo/bert-tiny'])
  await commitFiles(storage, (await storage.ctx.repos.findRepo({ type: 'model', path: 'ana/gpt-2' }))!, { f: '1' })
  expect((await names(storage, ANA, { sort: 'lastModified', ascending: false, pageSize: 1 }))[0]).toBe('Ana/GPT-2')
  for (const sort of ['lastModified', 'created', 'downloads', 'likes', 'trending'] as const) {
    for (const ascending of [true, false]) expect(await names(storage, ANA, { sort, ascending, pageSize: 1 })).toEqual(await names(storage, ANA, { sort, ascending }))
  }
  await expect(listRepos(storage.ctx, ANA, { ...LIST_ALL, pageSize: 1, pageToken: 'bm8' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

const id = fc.constantFrom('1', '2', '3').map((digit) => digit.repeat(24))
const scopes: fc.Arbitrary<TokenScopes> = fc.record({
  canReadGatedRepos: fc.boolean(), global: fc.subarray([...GLOBAL_PERMISSIONS]),
  scoped: fc.array(fc.record({ kind: fc.constantFrom('repo' as const, 'namespace' as const), id, permissions: fc.subarray([...NAMESPACE_PERMISSIONS]) }), { maxLength: 3 }),
})
const tokens = fc.oneof(fc.record({ id, role: fc.constantFrom('read', 'write', 'fineGrained' as const) }), fc.record({ id, role: fc.constant('fineGrained' as const), scopes }))
const actors: fc.Arbitrary<Actor> = fc.oneof(
  fc.constant(ANONYMOUS), fc.constant<Actor>({ kind: 'service', name: 'x' }),
  fc.record({
    kind: fc.constant('user' as const), id, name: fc.constant('u'), isAdmin: fc.boolean(), token: tokens,
    orgs: fc.uniqueArray(fc.record({ id, name: fc.constant('o'), role: fc.constantFrom('read', 'contributor', 'write', 'admin' as const) }), { maxLength: 2, selector: (org) => org.id }),
  }),
)

test('lists show exactly what `can` lets an actor see', () => {
  const resource = fc.record({ id, namespaceId: id, visibility: fc.constantFrom('public', 'private' as const), gated: fc.constantFrom('open', 'auto', 'manual' as const), creatorId: id, isGranted: fc.boolean() })
  fc.assert(fc.property(actors, resource, (actor, repo) => {
    const filter = visibleTo(actor)
    const isNamed = filter.kind === 'public' && filter.orPrivateRepos?.ids.includes(repo.id) === true
      && filter.orPrivateRepos.namespaceIds?.includes(repo.namespaceId) !== false
    const isListed = filter.kind === 'all' || repo.visibility === 'public' || filter.orPrivateIn.includes(repo.namespaceId) || isNamed
    expect(isListed).toBe(can(actor, 'see', repo) === 'allow')
  }), { numRuns: 2000 })
})

test('private repos are listed for those who may see them', async () => {
  await using storage = await openTestStorage()
  await newRepo(storage, 'open')
  await newRepo(storage, 'secret', 'model', ANA, 'private')
  const admin: UserActor = { ...BO, isAdmin: true }
  const member: UserActor = { ...BO, orgs: [{ id: ANA.id, name: 'ana', role: 'read' }] }
  for (const actor of [ANA, admin, member, { kind: 'service', name: 'x' } as const]) expect(await names(storage, actor)).toEqual(['Ana/open', 'Ana/secret'])
  for (const actor of [BO, ANONYMOUS, { ...ANA, token: { id: 'x', role: 'fineGrained' as const } }]) expect(await names(storage, actor)).toEqual(['Ana/open'])
})

test('a fine-grained token lists what its scopes name and its account may see', async () => {
  await using storage = await openTestStorage()
  await newRepo(storage, 'open')
  const secret = await newRepo(storage, 'secret', 'model', ANA, 'private')
  await newRepo(storage, 'hidden', 'model', ANA, 'private')
  const fine = (actor: UserActor, kind: TokenScope['kind'], scopeId: string, ...permissions: NamespacePermission[]): UserActor =>
    ({ ...actor, token: { id: 'x', role: 'fineGrained', scopes: { canReadGatedRepos: true, global: ['discussion.write'], scoped: [{ kind, id: scopeId, permissions }] } } })
  expect(await names(storage, fine(ANA, 'repo', secret.id, 'repo.content.read'))).toEqual(['Ana/open', 'Ana/secret'])
  expect(await names(storage, fine({ ...BO, isAdmin: true }, 'repo', secret.id, 'repo.write'))).toEqual(['Ana/open', 'Ana/secret'])
  expect(await names(storage, fine(ANA, 'namespace', ANA.id, 'repo.content.read'))).toEqual(['Ana/open', 'Ana/secret', 'Ana/hidden'])
  expect(await names(storage, fine(ANA, 'repo', secret.id, 'discussion.write'))).toEqual(['Ana/open'])
  for (const kind of ['repo', 'namespace'] as const) expect(await names(storage, fine(BO, kind, kind === 'repo' ? secret.id : ANA.id, 'repo.write'))).toEqual(['Ana/open'])
})

test('ids lead to the repos that the actor may see', async () => {
  await using storage = await openTestStorage()
  const [open, secret] = [await newRepo(storage, 'open'), await newRepo(storage, 'secret', 'model', ANA, 'private')]
  const find = async (actor: Actor): Promise<string[]> => (await findVisibleRepos(storage.ctx.repos, actor, [open.id, secret.id, 'f'.repeat(24), 'x'])).map(({ name }) => name).toSorted()
  expect(await find(ANA)).toEqual(['open', 'secret'])
  for (const actor of [BO, ANONYMOUS]) expect(await find(actor)).toEqual(['open'])
  for (const count of [0, 201]) await expect(findVisibleRepos(storage.ctx.repos, ANA, Array.from({ length: count }, () => open.id))).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})
