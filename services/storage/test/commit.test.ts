import { expect, test } from 'vitest'
import type { CommitOperation } from '../src/domain/commit-operation.ts'
import { formatPointer } from '../src/domain/git/lfs-pointer.ts'
import type { Sha256 } from '@hearth/ids'
import { listTree } from '../src/domain/read-tree.ts'
import type { Repo } from '../src/domain/repo.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, BO, BO_READS, commit, commitFiles, lfsLine, nameOf, newRepo, openTestStorage, stage, type TestStorage } from './harness/open-storage.ts'

const SHA = 'e'.repeat(64)

async function pathsOf(storage: TestStorage, repo: Repo, revision = 'main'): Promise<string[]> {
  const { entries } = await listTree(storage.ctx, ANA, { repo: nameOf(repo), revision, path: '', recursive: true, expand: false, pageSize: undefined, pageToken: undefined })
  return entries.filter((entry) => entry.kind === 'file' && entry.path !== '.gitattributes').map((entry) => entry.path)
}

const gone = (path: string, kind: 'deleteFile' | 'deleteFolder' = 'deleteFile'): CommitOperation => ({ kind, path })

test('commits are real git commits', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const oid = await commitFiles(storage, repo, { 'a/b/c.txt': 'one', 'README.md': '# hi\n' })
  await using git = await exported(storage, repo)
  expect(git.git(['rev-parse', 'main']).trim()).toBe(oid)
  expect(git.git(['ls-tree', '-r', '--name-only', 'main']).trim().split('\n')).toEqual(['.gitattributes', 'README.md', 'a/b/c.txt'])
  expect(git.git(['show', 'main:a/b/c.txt'])).toBe('one')
  expect(git.git(['log', '--format=%s|%an|%ae', 'main']).trim().split('\n')).toEqual(['change|Ana|Ana@users.noreply.hearth', 'initial commit|Ana|Ana@users.noreply.hearth'])
  expect(storage.events.map((event) => event.type)).toEqual(['hearth.storage.v1.repo.created', 'hearth.storage.v1.ref.moved', 'hearth.storage.v1.ref.moved'])
})

test('lines are applied in order: a delete and a re-add come together, empty folders go', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, { 'data/x': '1', 'deep/er/y': '2', 'keep': '3' })
  await commit(storage, repo, [gone('data', 'deleteFolder'), ...await stage(storage, repo.id, { data: 'now a file' })])
  expect(await pathsOf(storage, repo)).toEqual(['data', 'deep/er/y', 'keep'])
  await commit(storage, repo, [gone('deep'), gone('keep'), ...await stage(storage, repo.id, { keep: 'again' })])
  expect(await pathsOf(storage, repo)).toEqual(['data', 'keep'])
  await using git = await exported(storage, repo)
  expect(git.git(['show', 'main:keep'])).toBe('again')
})

test('trees that cannot be are refused by name and leave the head alone', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const head = await commitFiles(storage, repo, { 'data/x': '1' })
  const refused: Record<string, string>[] = [{ data: 'file over folder' }, { z: '1', 'z/y': '2' }, { 'z/y': '1', z: '2' }, { 'data/x/y': 'below a file' }, { '.git/config': '' }, { 'a/../b': '' }, { 'a//b': '' }]
  for (const files of refused) {
    await expect(commitFiles(storage, repo, files)).rejects.toMatchObject({ reason: 'INVALID_PATH', message: expect.stringContaining(JSON.stringify(Object.keys(files).at(-1))) })
  }
  await expect(commit(storage, repo, [gone('nope')])).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND', message: "A file with this name doesn't exist" })
  await expect(commit(storage, repo, [gone('data/x', 'deleteFolder')])).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
  await expect(commit(storage, repo, [{ kind: 'addBlob', path: 'a', blobOid: head, oldPath: undefined }])).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect((await storage.ctx.repos.findRepoById(repo.id))?.headOid).toBe(head)
})

test('the parent is compared and set; a repeated commit answers the head', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const base = repo.headOid
  const operations = await stage(storage, repo.id, { a: '1' })
  const first = await commit(storage, repo, operations, { parentCommit: base })
  expect((await commit(storage, repo, operations, { parentCommit: base })).commitOid).toBe(first.commitOid)
  expect((await commit(storage, repo, operations)).commitOid).toBe(first.commitOid)
  const other = await stage(storage, repo.id, { b: '1' })
  await expect(commit(storage, repo, other, { parentCommit: base })).rejects.toMatchObject({
    reason: 'PARENT_MOVED', message: 'The branch was updated since you opened this page. Please refresh and try again.',
  })
  await commit(storage, repo, other, { parentCommit: first.commitOid })
  await expect(commit(storage, repo, operations, { parentCommit: base, summary: 'in other words' })).rejects.toMatchObject({ reason: 'PARENT_MOVED' })
})

test('a commit whose answer was lost is answered by what it made, whatever came after it', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, { old: '1', gone: '2' })
  const base = (await storage.ctx.repos.findRepoById(repo.id))?.headOid
  const operations = [...await stage(storage, repo.id, { a: '1' }), gone('gone')]
  const first = await commit(storage, repo, operations, { parentCommit: base })
  for (let index = 0; index < 3; index += 1) await commitFiles(storage, repo, { [`later${index}`]: 'x' })
  expect((await commit(storage, repo, operations, { parentCommit: base })).commitOid).toBe(first.commitOid)
  await expect(commit(storage, repo, await stage(storage, repo.id, { a: 'else' }), { parentCommit: base })).rejects.toMatchObject({ reason: 'PARENT_MOVED' })
  const removal = [gone('old')]
  const removed = await commit(storage, repo, removal, { summary: 'remove', description: 'why' })
  expect((await commit(storage, repo, removal, { summary: 'remove', description: 'why' })).commitOid).toBe(removed.commitOid)
  await expect(commit(storage, repo, removal, { summary: 'remove' })).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
})

test('two writers on one branch: in each of 200 rounds exactly one wins', { timeout: 60_000 }, async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  let head = repo.headOid
  for (let round = 0; round < 200; round += 1) {
    const lines = await Promise.all(['a', 'b'].map((writer) => stage(storage, repo.id, { 'README.md': `${writer} ${round}`, [`${writer}/${round}`]: 'x' })))
    const done = await Promise.allSettled(lines.map((operations) => commit(storage, repo, operations, { parentCommit: head })))
    const won = done.flatMap((one) => (one.status === 'fulfilled' ? [one.value.commitOid] : []))
    expect(won).toHaveLength(1)
    for (const one of done) if (one.status === 'rejected') expect(one.reason).toMatchObject({ reason: 'PARENT_MOVED' })
    head = won[0] ?? head
  }
  await using git = await exported(storage, repo)
  expect(git.git(['rev-list', '--count', 'main']).trim()).toBe('201')
  expect(git.git(['ls-tree', '-r', '--name-only', 'main']).trim().split('\n')).toHaveLength(202)
})

test('many writers at once leave connections for each other and for readers', { timeout: 15_000 }, async () => {
  await using storage = await openTestStorage()
  const repos = await Promise.all(Array.from({ length: 8 }, (_, index) => newRepo(storage, `m${index}`)))
  const [first] = repos
  if (first === undefined) throw new Error('no repo')
  const write = async (repo: Repo, index: number): Promise<unknown> => commitFiles(storage, repo, { 'README.md': `---\nlicense: mit\n---\n# ${index}\n` })
  const began = performance.now()
  const writes = [...repos.map(write), ...Array.from({ length: 16 }, (_, index) => write(first, index + 100))]
  await Promise.all([...writes, ...repos.map((repo) => pathsOf(storage, repo))])
  expect(performance.now() - began).toBeLessThan(9_000)
})

test('of ten commits on one parent one lands; without a parent all do, in a line', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const race = await Promise.allSettled(Array.from({ length: 10 }, async (_, index) => commitFiles(storage, repo, { [`r${index}`]: 'x' }, { parentCommit: repo.headOid })))
  expect(race.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  await Promise.all(Array.from({ length: 10 }, async (_, index) => commitFiles(storage, repo, { [`f${index}`]: 'x' })))
  expect(await pathsOf(storage, repo)).toHaveLength(11)
  await using git = await exported(storage, repo)
  expect(git.git(['rev-list', '--count', 'main']).trim()).toBe('12')
  expect(git.git(['rev-list', '--min-parents=2', 'main'])).toBe('')
})

test('a large file is a pointer to an object that the repo holds', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commit(storage, repo, [lfsLine(storage, repo.id, 'w.safetensors', SHA, 12_000_000), lfsLine(storage, repo.id, 'again.safetensors', SHA, 12_000_000)])
  const { entries } = await listTree(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', path: '', recursive: false, expand: false, pageSize: undefined, pageToken: undefined })
  expect(entries.at(-1)).toMatchObject({ path: 'w.safetensors', sizeBytes: 12_000_000, lfs: { sha256: SHA, sizeBytes: 12_000_000, pointerSizeBytes: 133 } })
  expect((await storage.ctx.repos.findRepoById(repo.id))?.usedStorageBytes).toBe(repo.usedStorageBytes + 12_000_000)
  const missing: CommitOperation = { kind: 'addLfs', path: 'no.bin', sha256: 'f'.repeat(64) as Sha256, sizeBytes: 1, oldPath: undefined }
  await expect(commit(storage, repo, [missing])).rejects.toMatchObject({ reason: 'LFS_OBJECT_MISSING', message: expect.stringMatching(/f{64}.*no\.bin/) })
  await using git = await exported(storage, repo)
  expect(git.git(['show', 'main:w.safetensors'])).toBe(`version https://git-lfs.github.com/spec/v1\noid sha256:${SHA}\nsize 12000000\n`)
})

test('pointer text is a large file only where the repo holds the object with that size', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const theirs = await newRepo(storage, 'theirs', 'model', BO, 'private')
  storage.lfsObjects.set(`${theirs.id}:${SHA}`, 7)
  const pointer = formatPointer({ sha256: SHA as Sha256, sizeBytes: 7 }).toString()
  const files = { plain: pointer, crlf: pointer.replaceAll('\n', '\r\n'), long: pointer + 'x\n'.repeat(550), zero: pointer.replace('size 7', 'size 0') }
  await commitFiles(storage, repo, files)
  const query = { repo: nameOf(repo), revision: 'main', path: '', recursive: false, expand: false, pageSize: undefined, pageToken: undefined }
  const before = await listTree(storage.ctx, ANA, query)
  expect(before.entries.filter((entry) => entry.lfs !== undefined)).toEqual([])
  expect(before.entries.find((entry) => entry.path === 'plain')?.sizeBytes).toBe(pointer.length)
  storage.lfsObjects.set(`${repo.id}:${SHA}`, 7)
  await commitFiles(storage, repo, { 'held.bin': pointer })
  const after = await listTree(storage.ctx, ANA, query)
  expect(after.entries.filter((entry) => entry.lfs !== undefined).map((entry) => entry.path)).toEqual(['held.bin', 'plain'])
})

test('.gitattributes gets one rule for many shards and keeps the line of its owner', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'd')
  await commitFiles(storage, repo, { '.gitattributes': '*.keep text\n' })
  for (const part of [0, 1]) {
    await commit(storage, repo, Array.from({ length: 20 }, (_, index) => lfsLine(storage, repo.id, `s/${part}-${index}.mds`, String(index % 10).repeat(64), 64)))
  }
  await using git = await exported(storage, repo)
  expect(git.git(['show', 'main:.gitattributes'])).toBe('*.keep text\n*.mds filter=lfs diff=lfs merge=lfs -text\n')
})

test('renames and copies', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { a: 'one', 'd/b': 'two' })
  const [renamed] = await stage(storage, repo.id, { 'd/c': 'two' })
  if (renamed?.kind !== 'addBlob') throw new Error('expected a blob')
  await commit(storage, repo, [{ ...renamed, oldPath: 'd/b' }, { kind: 'copy', fromPath: 'a', fromRevision: undefined, toPath: 'x/a2' }])
  expect(await pathsOf(storage, repo)).toEqual(['a', 'd/c', 'x/a2'])
  await commit(storage, repo, [gone('a'), { kind: 'copy', fromPath: 'd/b', fromRevision: first.slice(0, 9), toPath: 'back' }])
  expect(await pathsOf(storage, repo)).toEqual(['back', 'd/c', 'x/a2'])
  await expect(commit(storage, repo, [{ kind: 'copy', fromPath: 'd', fromRevision: undefined, toPath: 'e' }])).rejects.toMatchObject({ reason: 'INVALID_PATH' })
  await using git = await exported(storage, repo)
  expect(git.git(['show', 'main:back'])).toBe('two')
})

test('a reader opens a pull request and goes on committing to it; the branch stays', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const operations = await stage(storage, repo.id, { 'fix.txt': '1' })
  await expect(commit(storage, repo, operations, { actor: BO })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(commit(storage, repo, operations, { actor: BO_READS, createPullRequest: true })).rejects.toMatchObject({ reason: 'FORBIDDEN', message: expect.stringContaining('"write" right') })
  const opened = await commit(storage, repo, operations, { actor: BO, createPullRequest: true, summary: 'Fix it' })
  expect(opened.pullRequestNumber).toBe(1)
  await commit(storage, repo, await stage(storage, repo.id, { 'more.txt': '2' }), { actor: BO, revision: 'refs/pr/1' })
  expect(await pathsOf(storage, repo, 'refs/pr/1')).toEqual(['fix.txt', 'more.txt'])
  expect(await pathsOf(storage, repo)).toEqual([])
  const second = await commit(storage, repo, operations, { createPullRequest: true })
  expect(second.pullRequestNumber).toBe(2)
  await expect(commit(storage, repo, operations, { actor: BO, revision: 'refs/pr/2' })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(commit(storage, repo, operations, { actor: BO, createPullRequest: true, revision: 'a'.repeat(40) })).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND' })
  await expect(commit(storage, repo, operations, { revision: 'nope' })).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND', message: 'Invalid rev id: nope' })
  await using git = await exported(storage, repo)
  expect(git.git(['for-each-ref', '--format=%(refname)']).trim().split('\n')).toEqual(['refs/heads/main', 'refs/pr/1', 'refs/pr/2'])
})

test('what is too much is refused before anything is locked', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await expect(commit(storage, repo, Array.from({ length: 25_001 }, () => gone('x')))).rejects.toMatchObject({ reason: 'TOO_LARGE' })
  await expect(commit(storage, repo, [], { summary: 's'.repeat(1001) })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(commit(storage, repo, [], { description: 'd'.repeat(65_537) })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect((await commit(storage, repo, [])).commitOid).toBe(repo.headOid)
})

test('a private repo is not there for others', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'p', 'model', ANA, 'private')
  await expect(commit(storage, repo, [gone('a')], { actor: BO })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(commit(storage, repo, [gone('a')], { actor: { kind: 'anonymous' } })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})
