import { NO_DETAILS } from '../src/domain/catalogue/facts.ts'
import type { Actor, UserActor } from '@hearth/authz'
import { expect, test } from 'vitest'
import { createRepo } from '../src/domain/create-repo.ts'
import { getRepo } from '../src/domain/get-repo.ts'
import { moveRepo } from '../src/domain/move-repo.ts'
import { countRepos, listOwnedRepos } from '../src/domain/repo-census.ts'
import { deleteRepo, updateRepoSettings, upsertAlias } from '../src/domain/repo-settings.ts'
import type { Repo } from '../src/domain/repo.ts'
import { ANA, BO, commitFiles, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const VIEW = { revision: undefined, includeSiblings: false, includeBlobs: false, includeCardText: false, includeLinkedSpaces: false, includeChildModels: false, details: NO_DETAILS }

const CALLER = { actorToken: undefined, requestId: 'test', signal: NO_SIGNAL }
const TEAM_ID = 'c'.repeat(24)
const member = (actor: UserActor, role: 'admin' | 'read'): UserActor => ({ ...actor, orgs: [{ id: TEAM_ID, name: 'team', role }] })

const move = (storage: TestStorage, from: string, to: string, actor: Actor = ANA): Promise<Repo> => moveRepo(storage.ctx, actor, { from: { type: 'model', path: from }, to }, CALLER)
async function idAt(storage: TestStorage, path: string): Promise<string | undefined> {
  return (await storage.ctx.repos.findRepo({ type: 'model', path }))?.id
}

test('a moved repo keeps its id and content; the old name leads there, links end', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'Old')
  const head = await commitFiles(storage, repo, { a: '1' })
  const moved = await move(storage, 'ana/OLD', 'Ana/Newer')
  expect(moved).toMatchObject({ id: repo.id, namespace: 'Ana', name: 'Newer', headOid: head, epoch: repo.epoch + 1 })
  const view = await getRepo(storage.ctx, BO, { repo: { type: 'model', path: 'ana/old' }, ...VIEW })
  expect(view).toMatchObject({ repo: { id: repo.id, name: 'Newer' }, sha: head })
  expect(storage.events.at(-1)).toMatchObject({ type: 'hearth.storage.v1.repo.moved', payload: { repoId: repo.id, name: 'Newer', fromName: 'Old' } })
})

test('only the case may change; no move is no change', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'bert')
  expect((await move(storage, 'Ana/bert', 'ana/bert')).epoch).toBe(repo.epoch)
  expect(await move(storage, 'Ana/bert', 'Ana/BERT')).toMatchObject({ name: 'BERT', id: repo.id })
  expect(await storage.db.query({ text: 'select 1 from aliases' })).toEqual([])
})

test('chains collapse, a name taken back ends its redirect, there are no loops', async () => {
  await using storage = await openTestStorage()
  const { id } = await newRepo(storage, 'a')
  await upsertAlias(storage.ctx, { kind: 'service', name: 'hub' }, { type: 'model', from: 'short', to: 'Ana/a' })
  await move(storage, 'Ana/a', 'Ana/b')
  await move(storage, 'Ana/b', 'Ana/c')
  for (const path of ['ana/a', 'ana/b', 'ana/c', 'short']) expect(await idAt(storage, path)).toBe(id)
  await upsertAlias(storage.ctx, { kind: 'service', name: 'hub' }, { type: 'model', from: 'short', to: 'Ana/a' })
  expect(await idAt(storage, 'short')).toBe(id)
  await move(storage, 'Ana/c', 'Ana/a')
  for (const path of ['ana/a', 'ana/b', 'ana/c']) expect(await idAt(storage, path)).toBe(id)
  const rows = await storage.db.query<{ from_key: string; to_key: string }>({ text: `select from_key, to_key from aliases where kind = 'redirect' order by 1` })
  expect(rows).toEqual([{ from_key: 'ana/b', to_key: 'ana/a' }, { from_key: 'ana/c', to_key: 'ana/a' }])
})

test('a redirect ends when another repo takes the name, and does not come back', async () => {
  await using storage = await openTestStorage()
  const old = await newRepo(storage, 'd')
  await move(storage, 'Ana/d', 'Ana/d2')
  const fresh = await newRepo(storage, 'd')
  expect([await idAt(storage, 'Ana/d'), await idAt(storage, 'Ana/d2')]).toEqual([fresh.id, old.id])
  await deleteRepo(storage.ctx, ANA, nameOf(fresh))
  expect(await idAt(storage, 'Ana/d')).toBeUndefined()
  await move(storage, 'Ana/d2', 'Ana/d3')
  const third = await newRepo(storage, 'e')
  await move(storage, 'Ana/e', 'Ana/d2')
  expect([await idAt(storage, 'Ana/d2'), await idAt(storage, 'Ana/e')]).toEqual([third.id, third.id])
})

test('what is there is not moved onto; a move that was made is answered as made', async () => {
  await using storage = await openTestStorage()
  await newRepo(storage, 'one')
  await newRepo(storage, 'two')
  await expect(move(storage, 'Ana/one', 'ana/TWO')).rejects.toMatchObject({ reason: 'REPO_EXISTS', message: 'A model repository called Ana/TWO already exists' })
  await move(storage, 'Ana/one', 'Ana/three')
  expect(await move(storage, 'Ana/one', 'Ana/three')).toMatchObject({ name: 'three' })
  await expect(move(storage, 'Ana/one', 'Ana/four')).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(move(storage, 'Ana/two', 'Ana/tree')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(move(storage, 'Ana/two', 'two')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(deleteRepo(storage.ctx, ANA, { type: 'model', path: 'Ana/one' })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('who may move what where', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await expect(move(storage, 'Ana/m', 'bo/m', BO)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(move(storage, 'Ana/m', 'team/m')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(move(storage, 'Ana/m', 'nobody/m')).rejects.toMatchObject({ reason: 'NAMESPACE_NOT_FOUND' })
  await expect(move(storage, 'Ana/m', 'Ana/n', { kind: 'anonymous' })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(repo), visibility: 'private', gated: undefined })
  await expect(move(storage, 'Ana/m', 'bo/m', BO)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  expect(await move(storage, 'Ana/m', 'TEAM/m', member(ANA, 'admin'))).toMatchObject({ namespace: 'team', namespaceId: TEAM_ID })
  await expect(getRepo(storage.ctx, ANA, { repo: { type: 'model', path: 'Ana/m' }, ...VIEW })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('two moves to one name at once: one is made', async () => {
  await using storage = await openTestStorage()
  for (const name of ['x', 'y']) await newRepo(storage, name)
  const done = await Promise.allSettled([move(storage, 'Ana/x', 'Ana/z'), move(storage, 'Ana/y', 'Ana/z'), newRepo(storage, 'z')])
  expect(done.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  for (const one of done) if (one.status === 'rejected') expect(one.reason).toMatchObject({ reason: 'REPO_EXISTS' })
})

test('counts what the actor may see; lists a namespace with what it takes, to its members only', async () => {
  await using storage = await openTestStorage()
  const repos = [await newRepo(storage, 'm1'), await newRepo(storage, 'm2', 'model', ANA, 'private'), await newRepo(storage, 'd', 'dataset'), await newRepo(storage, 's', 'space')]
  await newRepo(storage, 'other', 'model', BO)
  expect(await countRepos(storage.ctx, ANA, 'ANA')).toEqual({ models: 2, datasets: 1, spaces: 1 })
  expect(await countRepos(storage.ctx, BO, 'ana')).toEqual({ models: 1, datasets: 1, spaces: 1 })
  expect(await countRepos(storage.ctx, BO, 'nobody')).toEqual({ models: 0, datasets: 0, spaces: 0 })
  const seen: string[] = []
  for (let pageToken: string | undefined, first = true; first || pageToken !== undefined; first = false) {
    const page = await listOwnedRepos(storage.ctx, ANA, { namespace: undefined, pageSize: 3, pageToken }, CALLER)
    expect(page.totalBytes).toBe(repos.reduce((sum, repo) => sum + repo.usedStorageBytes, 0))
    seen.push(...page.repos.map((repo) => repo.name))
    pageToken = page.nextPageToken
  }
  expect(seen.toSorted()).toEqual(['d', 'm1', 'm2', 's'])
  const list = (actor: Actor, namespace?: string) => listOwnedRepos(storage.ctx, actor, { namespace, pageSize: undefined, pageToken: undefined }, CALLER)
  await expect(list(BO, 'ana')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(list(BO, 'team')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(list(BO, 'nobody')).rejects.toMatchObject({ reason: 'NAMESPACE_NOT_FOUND' })
  await expect(list({ kind: 'anonymous' })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  expect((await list(member(BO, 'read'), 'team')).repos).toEqual([])
})

test('a repo can start with files of its own and a licence', async () => {
  await using storage = await openTestStorage()
  const files = [{ path: '.gitattributes', content: Buffer.from('*.html filter=lfs') }, { path: 'a/b.txt', content: Buffer.from('deep') }]
  const make = (more: object) => createRepo(storage.ctx, ANA, { type: 'model', namespace: undefined, name: 'm', visibility: undefined, spaceSdk: undefined, ...more }, CALLER)
  const repo = await make({ files, license: 'mit' })
  const view = await getRepo(storage.ctx, ANA, { repo: nameOf(repo), ...VIEW, includeSiblings: true, includeCardText: true })
  expect(view.siblings.rows.map(({ path }) => path)).toEqual(['.gitattributes', 'README.md', 'a/b.txt'])
  expect(view.cardText).toBe('---\nlicense: mit\n---\n')
  await expect(make({ name: 'n', files: [{ path: '../x', content: Buffer.alloc(0) }] })).rejects.toMatchObject({ reason: 'INVALID_PATH' })
  await expect(make({ name: 'n', files: [{ path: 'a', content: Buffer.alloc(0) }, { path: 'a/b', content: Buffer.alloc(0) }] })).rejects.toMatchObject({ reason: 'INVALID_PATH' })
  await expect(make({ name: 'n', files: [{ path: 'a', content: Buffer.alloc(1_100_000) }] })).rejects.toMatchObject({ reason: 'TOO_LARGE' })
  await expect(make({ name: 'n', license: 'a\nb: c' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})
