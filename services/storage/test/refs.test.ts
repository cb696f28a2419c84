import { expect, test } from 'vitest'
import { listCommits } from '../src/domain/history.ts'
import { createRef, deleteRef, listRefs, type CreateRefCommand } from '../src/domain/refs.ts'
import { resolveFiles } from '../src/domain/resolve-files.ts'
import type { Repo } from '../src/domain/repo.ts'
import { squashHistory } from '../src/domain/squash-history.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, BO, commitFiles, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const make = (storage: TestStorage, repo: Repo, kind: 'branch' | 'tag', name: string, more: Partial<CreateRefCommand> = {}): Promise<void> =>
  createRef(storage.ctx, ANA, { repo: nameOf(repo), kind, name, startingPoint: undefined, overwrite: false, ...more }, NO_SIGNAL)
const titles = async (storage: TestStorage, repo: Repo, revision: string): Promise<string[]> =>
  (await listCommits(storage.ctx, ANA, { repo: nameOf(repo), revision, pageSize: undefined, pageToken: undefined })).commits.map((one) => one.title)

test('a message makes an annotated tag: git reads it, the API shows the commit', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const head = await commitFiles(storage, repo, { a: '1' })
  await make(storage, repo, 'tag', 'v1', { message: 'First release\n\nwith caf\u00e9\n' })
  await make(storage, repo, 'tag', 'light')
  await make(storage, repo, 'tag', 'blank', { message: '  \n' })
  const { refs } = await listRefs(storage.ctx, ANA, { repo: nameOf(repo), includePullRequests: false })
  expect(refs.filter((ref) => ref.name.startsWith('refs/tags/')).map((ref) => [ref.name, ref.oid])).toEqual([['refs/tags/blank', head], ['refs/tags/light', head], ['refs/tags/v1', head]])
  await using git = await exported(storage, repo)
  expect(['v1', 'light', 'blank'].map((name) => git.git(['cat-file', '-t', name]).trim())).toEqual(['tag', 'commit', 'commit'])
  expect(git.git(['tag', '-l', '--format=%(taggername)|%(taggeremail)|%(contents)', 'v1'])).toBe('Ana|<Ana@users.noreply.hearth>|First release\n\nwith caf\u00e9\n\n')
  expect(git.git(['rev-parse', 'v1^{commit}']).trim()).toBe(head)
  expect((await resolveFiles(storage.ctx, ANA, [{ repo: nameOf(repo), revision: 'v1', path: 'a' }]))[0]?.sha).toBe(head)
  await expect(make(storage, repo, 'tag', 'v1', { message: 'again' })).rejects.toMatchObject({ reason: 'REF_EXISTS', message: 'Reference refs/tags/v1 already exists' })
  await deleteRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'tag', name: 'v1' }, NO_SIGNAL)
  await make(storage, repo, 'tag', 'v1', { message: 'again' })
})

test('an empty branch has no history and none of the files', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, { 'file.txt': '1' })
  await make(storage, repo, 'branch', 'empty', { isEmpty: true })
  expect(await titles(storage, repo, 'empty')).toEqual(['initial commit'])
  const [answer] = await resolveFiles(storage.ctx, ANA, [{ repo: nameOf(repo), revision: 'empty', path: 'file.txt' }])
  expect(answer).toMatchObject({ kind: 'problem', error: { reason: 'ENTRY_NOT_FOUND' }, sha: expect.stringMatching(/^[0-9a-f]{40}$/) })
  await make(storage, repo, 'branch', 'copy')
  await make(storage, repo, 'branch', 'copy', { isEmpty: true, overwrite: true })
  expect(await titles(storage, repo, 'copy')).toEqual(['initial commit'])
  await expect(make(storage, repo, 'tag', 't', { isEmpty: true })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await using git = await exported(storage, repo)
  expect(git.git(['ls-tree', '--name-only', 'empty']).trim()).toBe('.gitattributes')
})

test('overwrite moves to the starting point, and without one leaves what is there', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { a: '1' })
  const second = await commitFiles(storage, repo, { a: '2' })
  const at = async (name: string) => (await storage.ctx.git.findRefs(repo.id, [`refs/heads/${name}`]))[0]?.oid
  await make(storage, repo, 'branch', 'b', { startingPoint: first })
  await make(storage, repo, 'branch', 'b', { overwrite: true })
  expect(await at('b')).toBe(first)
  await make(storage, repo, 'branch', 'b', { overwrite: true, startingPoint: 'main' })
  expect(await at('b')).toBe(second)
})

test.each(['refs/pr/5', 'refs/something/random', 'refs/heads/x'])('%s is no name for a branch', async (name) => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await expect(make(storage, repo, 'branch', name)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', message: `Invalid reference for a branch: ${name}` })
})

test('squashing leaves one commit with the same tree, and other branches alone', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { a: '1' })
  await make(storage, repo, 'branch', 'other')
  await make(storage, repo, 'tag', 'v1')
  await commitFiles(storage, repo, { a: '2', 'b/c': '3' })
  const before = await resolveFiles(storage.ctx, ANA, [{ repo: nameOf(repo), revision: 'main', path: 'b/c' }])
  const squash = (branch: string, actor = ANA) => squashHistory(storage.ctx, actor, { repo: nameOf(repo), branch, message: 'All in one\n\nand why' }, NO_SIGNAL)
  const { commitOid } = await squash('main')
  const page = await listCommits(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', pageSize: undefined, pageToken: undefined })
  expect(page).toMatchObject({ totalCount: 1, commits: [{ oid: commitOid, title: 'All in one', parentOids: [] }] })
  expect(await titles(storage, repo, 'other')).toEqual(['change', 'initial commit'])
  expect((await storage.ctx.git.findRefs(repo.id, ['refs/tags/v1']))[0]?.oid).toBe(first)
  const after = await resolveFiles(storage.ctx, ANA, [{ repo: nameOf(repo), revision: 'main', path: 'b/c' }])
  expect(after.map((one) => (one.kind === 'file' ? one.entry.oid : one))).toEqual(before.map((one) => (one.kind === 'file' ? one.entry.oid : one)))
  await expect(squash('v1')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', message: 'Invalid reference for a branch: v1' })
  await expect(squash('refs/pr/1')).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(squash('nope')).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND' })
  await expect(squash('main', BO)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await using git = await exported(storage, repo)
  expect(git.git(['log', '--format=%s|%b', 'main']).trim()).toBe('All in one|and why')
  expect(git.git(['show', 'other:a'])).toBe('1')
  await commitFiles(storage, repo, { d: '4' })
})

test('history by counted pages is the history by links', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  for (let index = 0; index < 7; index += 1) await commitFiles(storage, repo, { f: String(index) })
  const ask = (skip: number, pageToken?: string) => listCommits(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', pageSize: 3, pageToken, skip })
  const first = await ask(0)
  const second = await ask(0, first.nextPageToken)
  expect((await ask(3)).commits.map((one) => one.oid)).toEqual(second.commits.map((one) => one.oid))
  expect(await ask(6)).toMatchObject({ commits: [{}, { title: 'initial commit' }], totalCount: 8, nextPageToken: undefined })
  expect((await ask(9)).commits).toEqual([])
  await expect(ask(1_000_000)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})
