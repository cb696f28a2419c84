import { expect, test } from 'vitest'
import { listCommits } from '../src/domain/history.ts'
import { getPaths, listTree, type ListTreeQuery } from '../src/domain/read-tree.ts'
import type { Repo } from '../src/domain/repo.ts'
import type { TreeEntry } from '../src/domain/tree-entries.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, commit, commitFiles, nameOf, newRepo, openTestStorage, type TestStorage } from './harness/open-storage.ts'

async function allPages(storage: TestStorage, repo: Repo, query: Partial<ListTreeQuery>): Promise<{ entries: TreeEntry[]; pages: number }> {
  const entries: TreeEntry[] = []
  let pageToken: string | undefined
  let pages = 0
  do {
    const page = await listTree(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', path: '', recursive: true, expand: false, pageSize: undefined, ...query, pageToken })
    entries.push(...page.entries)
    pageToken = page.nextPageToken
    pages += 1
  } while (pageToken !== undefined)
  return { entries, pages }
}

const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  ['a', 'a.b', 'a-/x', 'b/c/d', 'b/c/e', 'b/c.d', 'b/d', 'b.c/x', 'z/y/x/w', 'docs/file', 'docs/file.', 'docs/file ', 'Readme.md', 'README.md', '\u00e9.txt', 'e\u0301.txt', '-rf.txt', '\u{1f600}'].map((path) => [path, `content of ${path}`]),
)

test('every page size lists what git lists, in the same order', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, FILES)
  await using git = await exported(storage, repo)
  const listed = (args: readonly string[]): string[] => git.git(['-c', 'core.quotePath=false', 'ls-tree', '-z', ...args]).split('\0').filter((line) => line !== '')
  const shown = (entries: readonly TreeEntry[]): string[] => entries.map((entry) => `${entry.oid} ${entry.kind === 'file' ? entry.sizeBytes : '-'} ${entry.path}`)
  const format = '--format=%(objectname) %(objectsize) %(path)'
  for (const pageSize of [1, 3, 1000]) {
    expect(shown((await allPages(storage, repo, { pageSize })).entries)).toEqual(listed(['-r', '-t', format, 'main']))
    expect(shown((await allPages(storage, repo, { pageSize, recursive: false })).entries)).toEqual(listed([format, 'main']))
    expect(shown((await allPages(storage, repo, { pageSize, path: 'b' })).entries)).toEqual(listed(['-r', '-t', format, 'main', 'b/']).slice(1))
    expect(shown((await allPages(storage, repo, { pageSize, path: 'b', recursive: false })).entries)).toEqual(listed([format, 'main', 'b/']))
  }
  expect((await allPages(storage, repo, { pageSize: 3 })).pages).toBe(9)
})

test('later pages stay at the commit of the first', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const sha = await commitFiles(storage, repo, { a: '1', b: '2', c: '3' })
  const query = { repo: nameOf(repo), revision: 'main', path: '', recursive: false, expand: false, pageSize: 2 }
  const first = await listTree(storage.ctx, ANA, { ...query, pageToken: undefined })
  await commit(storage, repo, [{ kind: 'deleteFile', path: 'a' }, { kind: 'deleteFile', path: 'c' }])
  const second = await listTree(storage.ctx, ANA, { ...query, pageToken: first.nextPageToken })
  expect([second.sha, second.entries.map((entry) => entry.path)]).toEqual([sha, ['b', 'c']])
  for (const pageToken of ['x', '', 'W10', Buffer.from(JSON.stringify([sha, 'b', 'b/x'])).toString('base64url')]) {
    await expect(listTree(storage.ctx, ANA, { ...query, pageToken })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  }
})

test('a missing path or a file is no folder; the sha is told', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const sha = await commitFiles(storage, repo, { 'a/b': '1' })
  for (const path of ['nope', 'a/b', 'a/b/c', 'a/', '/a']) {
    await expect(allPages(storage, repo, { path })).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND', metadata: { sha } })
  }
  await expect(allPages(storage, repo, { revision: 'x' })).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND', message: 'Invalid rev id: x' })
  const { entries } = await getPaths(storage.ctx, ANA, { repo: nameOf(repo), revision: sha.slice(0, 7), paths: ['a', 'a/b', 'nope', 'a/b', ''], expand: false })
  expect(entries.map((entry) => [entry.path, entry.kind])).toEqual([['a', 'directory'], ['a/b', 'file']])
})

test('the last commit of each entry is the one that git log names', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  for (let round = 0; round < 70; round += 1) {
    await commitFiles(storage, repo, { [`f${round % 7}`]: `${round}`, [`d${round % 3}/x${round % 5}`]: `${round}` }, { summary: `round ${round}` })
  }
  await using git = await exported(storage, repo)
  const { entries } = await allPages(storage, repo, { expand: true })
  expect(entries.length).toBeGreaterThan(20)
  for (const entry of entries) {
    expect([entry.path, entry.lastCommit?.oid]).toEqual([entry.path, git.git(['log', '-1', '--format=%H', 'main', '--', entry.path]).trim()])
  }
  expect(entries.find((entry) => entry.path === 'f6')?.lastCommit?.title).toBe('round 69')
})

test('history comes newest first, in pages, with its length', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  for (let round = 0; round < 5; round += 1) await commitFiles(storage, repo, { f: `${round}` }, { summary: `round ${round}`, description: 'why\nso' })
  const titles: string[] = []
  let pageToken: string | undefined
  do {
    const page = await listCommits(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', pageSize: 4, pageToken })
    expect(page.totalCount).toBe(6)
    titles.push(...page.commits.map((one) => one.title))
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  expect(titles).toEqual(['round 4', 'round 3', 'round 2', 'round 1', 'round 0', 'initial commit'])
})
