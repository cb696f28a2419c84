import { expect, test } from 'vitest'
import { exported } from './harness/git-oracle.ts'
import { commit, commitFiles, newRepo, openTestStorage } from './harness/open-storage.ts'

test('commits are real git commits', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const oid = await commitFiles(storage, repo, { 'a/b/c.txt': 'one', 'README.md': '# hi\n' })
  await using git = await exported(storage, repo)
  expect(git.git(['rev-parse', 'main']).trim()).toBe(oid)
  expect(git.git(['ls-tree', '-r', '--name-only', 'main']).trim().split('\n')).toEqual(['.gitattributes', 'README.md', 'a/b/c.txt'])
  expect(git.git(['show', 'main:a/b/c.txt'])).toBe('one')
  expect(git.git(['log', '--format=%s|%an|%ae', 'main']).trim().split('\n')).toEqual(['change|Ana|Ana@users.noreply.hearth', 'initial commit|Ana|Ana@users.noreply.hearth'])
  await commit(storage, repo, [{ kind: 'deleteFile', path: 'a/b/c.txt' }])
  await using after = await exported(storage, repo)
  expect(after.git(['ls-tree', '-r', '--name-only', 'main']).trim().split('\n')).toEqual(['.gitattributes', 'README.md'])
})
