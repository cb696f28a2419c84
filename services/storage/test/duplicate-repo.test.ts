import { createHash } from 'node:crypto'
import type { Actor } from '@hearth/authz'
import type { Sha256 } from '@hearth/ids'
import { expect, test } from 'vitest'
import { duplicateRepo } from '../src/domain/duplicate-repo.ts'
import { listTree } from '../src/domain/read-tree.ts'
import { createRef, listRefs } from '../src/domain/refs.ts'
import { updateRepoSettings } from '../src/domain/repo-settings.ts'
import type { Repo } from '../src/domain/repo.ts'
import { createLfsStore } from '../src/stores/lfs-store.pg.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, BO, BO_READS, commit, commitFiles, lfsLine, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const CALLER = { actorToken: undefined, requestId: 'test', signal: NO_SIGNAL }
const sha256Of = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256
const lfsOf = (storage: TestStorage) => createLfsStore({ db: storage.db, addEvent: async () => undefined })

function duplicate(storage: TestStorage, source: Repo, to: string | undefined, more: { actor?: Actor; visibility?: 'public' | 'private' } = {}): Promise<Repo> {
  return duplicateRepo(storage.ctx, more.actor ?? BO, { source: nameOf(source), to, visibility: more.visibility }, CALLER)
}

async function filled(storage: TestStorage): Promise<Repo> {
  const repo = await newRepo(storage, 'm')
  const sha256 = sha256Of('weights')
  await lfsOf(storage).recordObject(repo.id, { sha256, sizeBytes: 7, senderId: ANA.id })
  await lfsOf(storage).recordObject(repo.id, { sha256: sha256Of('sent, never committed'), sizeBytes: 21, senderId: ANA.id })
  await commit(storage, repo, [lfsLine(storage, repo.id, 'w.bin', sha256, 7)])
  await commitFiles(storage, repo, { 'a/b.txt': 'one', 'README.md': '# hi\n' })
  await createRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'branch', name: 'dev', startingPoint: undefined, overwrite: false }, NO_SIGNAL)
  await createRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'tag', name: 'v1', startingPoint: undefined, overwrite: false, message: 'the first' }, NO_SIGNAL)
  await commitFiles(storage, repo, { 'a/b.txt': 'two' }, { revision: 'dev' })
  await commitFiles(storage, repo, { 'pr.txt': 'proposed' }, { createPullRequest: true })
  return repo
}

test('a copy has the history of branches and tags, clean for git, and holds the large files', async () => {
  await using storage = await openTestStorage()
  const source = await filled(storage)
  const copy = await duplicate(storage, source, 'bo/copy')
  const head = await storage.ctx.repos.findRepoById(source.id)
  expect(copy).toMatchObject({ namespace: 'bo', name: 'copy', creatorId: BO.id, headOid: head?.headOid, visibility: 'public', usedStorageBytes: head?.usedStorageBytes })
  const names = async (repo: Repo) => (await listRefs(storage.ctx, BO, { repo: nameOf(repo), includePullRequests: true })).refs.map((ref) => `${ref.oid} ${ref.name}`)
  expect(await names(copy)).toEqual((await names(source)).filter((line) => !line.endsWith('refs/pr/1')))
  const tree = await listTree(storage.ctx, BO, { repo: nameOf(copy), revision: 'v1', path: '', recursive: true, expand: false, pageSize: undefined, pageToken: undefined })
  expect(tree.entries.map((entry) => [entry.path, entry.lfs?.sizeBytes])).toEqual([['.gitattributes', undefined], ['README.md', undefined], ['a', undefined], ['a/b.txt', undefined], ['w.bin', 7]])
  const held = await lfsOf(storage).findInRepo(copy.id, [sha256Of('weights'), sha256Of('sent, never committed')], ANA.id)
  expect([...held.keys()]).toEqual([sha256Of('weights')])
  await using git = await exported(storage, copy)
  expect(git.git(['rev-list', '--count', 'dev']).trim()).toBe('4')
  expect(git.git(['cat-file', '-t', 'v1']).trim()).toBe('tag')
})

test('a copy is found by what its card says', async () => {
  await using storage = await openTestStorage()
  const source = await newRepo(storage, 'm')
  await commitFiles(storage, source, { 'README.md': '---\nlicense: mit\npipeline_tag: fill-mask\n---\n' })
  const copy = await duplicate(storage, source, 'bo/copy')
  const rows = await storage.db.query<{ id: string; pipeline_tag: string }>({ text: `select id, pipeline_tag from repos where tags @> array['license:mit'] order by created_at` })
  expect(rows).toEqual([{ id: source.id, pipeline_tag: 'fill-mask' }, { id: copy.id, pipeline_tag: 'fill-mask' }])
})

test('source and copy live on apart', async () => {
  await using storage = await openTestStorage()
  const source = await filled(storage)
  const copy = await duplicate(storage, source, 'bo/copy')
  await commitFiles(storage, source, { later: '1' })
  await storage.ctx.repos.deleteRepo(source.id)
  await using git = await exported(storage, copy)
  expect(git.git(['show', 'main:a/b.txt'])).toBe('one')
  expect(git.git(['log', '--format=%s', 'main']).trim().split('\n')).toEqual(['change', 'change', 'initial commit'])
})

test('who may copy what where; the name that is in the way is told', async () => {
  await using storage = await openTestStorage()
  const source = await newRepo(storage, 'm')
  await duplicate(storage, source, undefined)
  await expect(duplicate(storage, source, 'bo/m')).rejects.toMatchObject({ reason: 'REPO_EXISTS', metadata: { repo: 'bo/m' } })
  await expect(duplicate(storage, source, 'Ana/x')).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(duplicate(storage, source, 'bo/x', { actor: BO_READS })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(duplicate(storage, source, 'bo/x', { actor: { kind: 'anonymous' } })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(source), visibility: undefined, gated: 'auto' })
  await expect(duplicate(storage, source, 'bo/x')).rejects.toMatchObject({ reason: 'GATED_REPO' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(source), visibility: 'private', gated: undefined })
  await expect(duplicate(storage, source, 'bo/x')).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  expect(await duplicate(storage, source, 'Ana/x', { actor: ANA })).toMatchObject({ visibility: 'private', gated: 'auto' })
  expect(await duplicate(storage, source, 'Ana/y', { actor: ANA, visibility: 'public' })).toMatchObject({ visibility: 'public', gated: 'auto' })
})

test('a large repo is copied in pieces, each object once', async () => {
  await using storage = await openTestStorage()
  const source = await newRepo(storage, 'big')
  const files = Object.fromEntries(Array.from({ length: 21_000 }, (_, index) => [`f/${index % 100}/${index}`, String(index)]))
  await commitFiles(storage, source, files)
  const copy = await duplicate(storage, source, 'bo/big')
  const count = async (repo: Repo) => Number((await storage.db.query<{ n: number }>({ text: 'select count(*) as n from git_objects where repo_id = $1', values: [repo.id] }))[0]?.n)
  expect(await count(copy)).toBe(await count(source))
})
