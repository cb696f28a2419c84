import { createHash } from 'node:crypto'
import type { Actor } from '@hearth/authz'
import type { Sha256 } from '@hearth/ids'
import { expect, test } from 'vitest'
import { deleteLfsFiles } from '../src/domain/delete-lfs-files.ts'
import { listLfsFiles, shareLfsFiles, type LfsFilesContext } from '../src/domain/lfs-files.ts'
import { createRef } from '../src/domain/refs.ts'
import { updateRepoSettings } from '../src/domain/repo-settings.ts'
import { resolveFiles } from '../src/domain/resolve-files.ts'
import type { Repo } from '../src/domain/repo.ts'
import { createLfsStore } from '../src/stores/lfs-store.pg.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, BO, commit, commitFiles, lfsLine, nameOf, newRepo, NO_SIGNAL, openTestStorage, type TestStorage } from './harness/open-storage.ts'

const sha256Of = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256
const lfsOf = (storage: TestStorage): LfsFilesContext => ({ repos: storage.ctx.repos, lfs: createLfsStore({ db: storage.db, addEvent: async () => undefined }) })

async function addLarge(storage: TestStorage, repo: Repo, path: string, text: string, more: object = {}): Promise<Sha256> {
  const sha256 = sha256Of(text)
  await lfsOf(storage).lfs.recordObject(repo.id, { sha256, sizeBytes: text.length, senderId: ANA.id })
  await commit(storage, repo, [lfsLine(storage, repo.id, path, sha256, text.length)], more)
  return sha256
}

async function listAll(storage: TestStorage, repo: Repo, pageSize?: number, actor: Actor = ANA) {
  const files = []
  for (let pageToken: string | undefined, first = true; first || pageToken !== undefined; first = false) {
    const page = await listLfsFiles(lfsOf(storage), actor, { repo: nameOf(repo), pageSize, pageToken })
    files.push(...page.files)
    pageToken = page.nextPageToken
  }
  return files
}

const drop = (storage: TestStorage, repo: Repo, sha256s: readonly Sha256[], rewriteHistory: boolean, actor: Actor = ANA): Promise<number> =>
  deleteLfsFiles(storage.ctx, actor, { repo: nameOf(repo), sha256s, rewriteHistory }, NO_SIGNAL)

test('lists every object with the path and ref that it came with, old versions too', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const old = await addLarge(storage, repo, 'w.bin', 'version one')
  const now = await addLarge(storage, repo, 'w.bin', 'version two')
  await createRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'branch', name: 'dev', startingPoint: undefined, overwrite: false }, NO_SIGNAL)
  const branch = await addLarge(storage, repo, 'deep/x.bin', 'on a branch', { revision: 'dev' })
  await lfsOf(storage).lfs.recordObject(repo.id, { sha256: sha256Of('loose'), sizeBytes: 5, senderId: ANA.id })
  const files = await listAll(storage, repo)
  expect(new Map(files.map((file) => [file.sha256, [file.sizeBytes, file.place?.path, file.place?.ref]]))).toEqual(new Map([
    [old, [11, 'w.bin', 'refs/heads/main']], [now, [11, 'w.bin', 'refs/heads/main']], [branch, [11, 'deep/x.bin', 'refs/heads/dev']], [sha256Of('loose'), [5, undefined, undefined]],
  ]))
  expect(files.map((file) => file.addedAt.getTime())).toEqual(files.map((file) => file.addedAt.getTime()).toSorted((a, b) => b - a))
  expect((await listAll(storage, repo, 1)).map((file) => file.sha256)).toEqual(files.map((file) => file.sha256))
  await expect(listAll(storage, repo, 1, BO)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
})

test('deleting with history rewrites every ref that named the object, and nothing else', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const untouched = await commitFiles(storage, repo, { 'a.txt': 'a' }, { summary: 'before', description: 'with a body' })
  await createRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'branch', name: 'before', startingPoint: undefined, overwrite: false }, NO_SIGNAL)
  const secret = await addLarge(storage, repo, 'deep/only/s.bin', 'secret weights'.repeat(100), { summary: 'add secret' })
  const kept = await addLarge(storage, repo, 'deep/k.bin', 'kept weights', { summary: 'add kept' })
  await createRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'tag', name: 'v1', startingPoint: undefined, overwrite: false, message: 'tagged' }, NO_SIGNAL)
  await commitFiles(storage, repo, { 'b.txt': 'b' }, { summary: 'after', createPullRequest: true })
  const used = (await storage.ctx.repos.findRepoById(repo.id))?.usedStorageBytes ?? 0
  expect(await drop(storage, repo, [secret, sha256Of('unknown')], true)).toBe(1)
  expect((await listAll(storage, repo)).map((file) => file.sha256)).toEqual([kept])
  const after = await storage.ctx.repos.findRepoById(repo.id)
  expect([after?.epoch, used - (after?.usedStorageBytes ?? 0) > 0]).toEqual([repo.epoch + 1, true])
  expect((await storage.ctx.git.findRefs(repo.id, ['refs/heads/before']))[0]?.oid).toBe(untouched)
  await using git = await exported(storage, repo)
  for (const ref of ['main', 'v1', 'refs/pr/1']) expect(git.git(['ls-tree', '-r', '--name-only', ref])).not.toContain('s.bin')
  expect(git.git(['log', '--format=%s', 'main']).trim().split('\n')).toEqual(['add kept', 'add secret', 'before', 'initial commit'])
  expect(git.git(['rev-parse', 'v1^{commit}', 'main']).trim().split('\n').length).toBe(2)
  expect(new Set(git.git(['rev-parse', 'v1^{commit}', 'main']).trim().split('\n')).size).toBe(1)
  expect(git.git(['show', 'main:deep/k.bin'])).toContain(kept)
  expect(git.git(['show', 'refs/pr/1:b.txt'])).toBe('b')
  await commitFiles(storage, repo, { 'c.txt': 'c' })
})

test('deleting without history leaves the pointer as plain text, and the object has to be sent again', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const sha256 = await addLarge(storage, repo, 'w.bin', 'weights')
  const head = (await storage.ctx.repos.findRepoById(repo.id))?.headOid
  expect(await drop(storage, repo, [sha256], false)).toBe(1)
  expect((await storage.ctx.repos.findRepoById(repo.id))?.headOid).toBe(head)
  const [answer] = await resolveFiles(storage.ctx, ANA, [{ repo: nameOf(repo), revision: 'main', path: 'w.bin' }])
  expect(answer).toMatchObject({ kind: 'file', entry: { lfs: undefined } })
  expect((await lfsOf(storage).lfs.findInRepo(repo.id, [sha256], ANA.id)).size).toBe(0)
  await expect(drop(storage, repo, [sha256], true, BO)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(drop(storage, repo, [], true)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

test('shares what the actor may read, with what the actor may write, and only that', async () => {
  await using storage = await openTestStorage()
  const [source, target] = [await newRepo(storage, 'source'), await newRepo(storage, 'target', 'dataset', BO)]
  const sha256 = await addLarge(storage, source, 'w.bin', 'weights')
  const foreign = await addLarge(storage, await newRepo(storage, 'hidden', 'model', ANA, 'private'), 'h.bin', 'hidden')
  const loose = sha256Of('sent by its owner, named by no commit')
  await lfsOf(storage).lfs.recordObject(source.id, { sha256: loose, sizeBytes: 37, senderId: ANA.id })
  const share = (from: Repo, to: Repo, actor: Actor = BO) => shareLfsFiles(lfsOf(storage), actor, { source: nameOf(from), target: nameOf(to), sha256s: [sha256, foreign, loose] })
  expect(await share(source, target)).toEqual([foreign, loose])
  expect([...(await lfsOf(storage).lfs.findInRepo(target.id, [sha256, foreign, loose], BO.id)).keys()]).toEqual([sha256])
  await expect(share(target, source)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(source), visibility: undefined, gated: 'manual' })
  await expect(share(source, target)).rejects.toMatchObject({ reason: 'GATED_REPO' })
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(source), visibility: 'private', gated: undefined })
  await expect(share(source, target)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})
