import { expect, test } from 'vitest'
import { parseLfsRules } from '../src/domain/git/attributes.ts'
import { defaultFiles } from '../src/domain/git/default-files.ts'
import { planUpload, type PlannedFile, type PlanUploadQuery } from '../src/domain/plan-upload.ts'
import { createRef, deleteRef, listRefs } from '../src/domain/refs.ts'
import { resolveFiles } from '../src/domain/resolve-files.ts'
import { updateRepoSettings } from '../src/domain/repo-settings.ts'
import { makeObject } from '../src/domain/git/git-object.ts'
import { exported } from './harness/git-oracle.ts'
import { ANA, BO, commit, commitFiles, lfsLine, nameOf, newRepo, NO_SIGNAL, openTestStorage } from './harness/open-storage.ts'

const SHA = '7'.repeat(64)

test('branches and tags, with the messages that clients know', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { which: 'first' })
  const second = await commitFiles(storage, repo, { which: 'second' })
  const make = (kind: 'branch' | 'tag', name: string, startingPoint?: string, overwrite = false) => createRef(storage.ctx, ANA, { repo: nameOf(repo), kind, name, startingPoint, overwrite }, NO_SIGNAL)
  await make('branch', 'fix#1', first)
  await make('branch', 'a%20b')
  await make('branch', 'feature/x', first.slice(0, 8))
  await make('tag', 'v1.0', first)
  await make('branch', 'v1.0', second)
  await expect(make('branch', 'fix#1')).rejects.toMatchObject({ reason: 'REF_EXISTS', message: 'Reference refs/heads/fix#1 already exists' })
  await make('branch', 'fix#1', second, true)
  await expect(make('branch', 'feature')).rejects.toMatchObject({ reason: 'REF_EXISTS' })
  await expect(make('branch', 'new', 'nope')).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND' })
  await expect(make('branch', second)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  await expect(createRef(storage.ctx, BO, { repo: nameOf(repo), kind: 'tag', name: 't', startingPoint: undefined, overwrite: false }, NO_SIGNAL)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  const answers = await resolveFiles(storage.ctx, ANA, ['v1.0', 'refs/tags/v1.0', 'feature/x', 'fix#1'].map((revision) => ({ repo: nameOf(repo), revision, path: 'which' })))
  expect(answers.map((answer) => answer.sha)).toEqual([second, first, first, second])
  await expect(deleteRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'branch', name: 'main' }, NO_SIGNAL)).rejects.toMatchObject({ message: 'Cannot delete refs/heads/main' })
  await expect(deleteRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'tag', name: 'x' }, NO_SIGNAL)).rejects.toMatchObject({ reason: 'REVISION_NOT_FOUND' })
  await deleteRef(storage.ctx, ANA, { repo: nameOf(repo), kind: 'tag', name: 'v1.0' }, NO_SIGNAL)
  await using git = await exported(storage, repo)
  const refs = (await listRefs(storage.ctx, ANA, { repo: nameOf(repo), includePullRequests: true })).refs.map((ref) => `${ref.oid} ${ref.name}`)
  expect(git.git(['for-each-ref', '--format=%(objectname) %(refname)']).trim().split('\n')).toEqual(refs)
})

test('a batch of files: each has its answer, absences carry the commit, gates and privacy hold', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commit(storage, repo, [lfsLine(storage, repo.id, 'dir/w.bin', SHA, 99)])
  const sha = await commitFiles(storage, repo, { 'a.txt': 'hello' })
  const hidden = await newRepo(storage, 'h', 'model', ANA, 'private')
  const ask = (name: typeof repo, revision: string, path: string) => ({ repo: nameOf(name), revision, path })
  const answers = await resolveFiles(storage.ctx, BO, [ask(repo, 'main', 'a.txt'), ask(repo, 'main', 'dir/w.bin'), ask(repo, 'main', 'dir'), ask(repo, 'main', 'no'), ask(repo, 'bad', 'a.txt'), ask(hidden, 'main', 'a')])
  expect(answers.map((answer) => (answer.kind === 'file' ? answer.entry.sizeBytes : [answer.error.reason, answer.sha]))).toEqual([
    5, 99, ['ENTRY_NOT_FOUND', sha], ['ENTRY_NOT_FOUND', sha], ['REVISION_NOT_FOUND', undefined], ['REPO_NOT_FOUND', undefined],
  ])
  expect(storage.grants).toMatchObject([
    { source: { kind: 'gitBlob' }, sizeBytes: 5, contentType: 'text/plain; charset=utf-8' }, { source: { kind: 'object', sha256: SHA }, sizeBytes: 99, contentType: 'application/octet-stream' },
  ])
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(repo), visibility: undefined, gated: 'manual' })
  const [gated] = await resolveFiles(storage.ctx, BO, [ask(repo, 'main', 'a.txt')])
  expect(gated).toMatchObject({ kind: 'problem', error: { reason: 'GATED_REPO' }, sha: undefined })
})

test('how files are to be sent', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, { 'same.txt': 'hi' })
  await commit(storage, repo, [lfsLine(storage, repo.id, 'w.safetensors', SHA, 99)])
  const file = (path: string, sample: Buffer | string = 'text', sizeBytes = 4): PlannedFile => ({ path, sample: Buffer.from(sample), sizeBytes })
  const ask = async (files: PlannedFile[], more: Partial<PlanUploadQuery> = {}) => {
    const { plans } = await planUpload(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', createPullRequest: false, files, gitIgnore: undefined, gitAttributes: undefined, ...more })
    return plans.map((plan) => [plan.mode, plan.shouldIgnore, plan.presentOid])
  }
  const cutChar = Buffer.from('\u00e9'.repeat(300)).subarray(0, 511)
  expect(await ask([file('same.txt'), file('w.safetensors'), file('x.txt', 'a\0b'), file('x.txt', Buffer.from([0xff])), file('big.txt', 'text', 11_000_000), file('empty.bin', '', 0), file('long.txt', cutChar, 5000), file('saved_model/a/b.c')])).toEqual([
    ['regular', false, makeObject('blob', Buffer.from('hi')).oid], ['lfs', false, SHA], ['lfs', false, undefined], ['lfs', false, undefined], ['lfs', false, undefined], ['regular', false, undefined],
    ['regular', false, undefined], ['lfs', false, undefined],
  ])
  expect(await ask([file('a.log'), file('keep.log'), file('b.bin')], { gitIgnore: '*.log\n!keep.log\n', gitAttributes: '*.log filter=lfs' })).toEqual([['lfs', true, undefined], ['lfs', false, undefined], ['regular', false, undefined]])
  await expect(ask([file('a/../b')])).rejects.toMatchObject({ reason: 'INVALID_PATH' })
  await expect(planUpload(storage.ctx, BO, { repo: nameOf(repo), revision: 'main', createPullRequest: false, files: [], gitIgnore: undefined, gitAttributes: undefined })).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await planUpload(storage.ctx, BO, { repo: nameOf(repo), revision: 'main', createPullRequest: true, files: [], gitIgnore: undefined, gitAttributes: undefined })
})

test('the rules of the folder come before those of the root, and a hosted .gitignore counts until the upload brings one', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commitFiles(storage, repo, { '.gitignore': '*.log\nbuild/\n', 'raw/.gitattributes': '*.bin -filter\n', 'raw/deep/.gitattributes': '*.txt filter=lfs\n' })
  const ask = async (paths: string[], more: Partial<PlanUploadQuery> = {}) => {
    const files = paths.map((path) => ({ path, sample: Buffer.from('text'), sizeBytes: 4 }))
    const { plans } = await planUpload(storage.ctx, ANA, { repo: nameOf(repo), revision: 'main', createPullRequest: false, files, gitIgnore: undefined, gitAttributes: undefined, ...more })
    return plans.map((plan) => `${plan.mode}${plan.shouldIgnore ? ' ignored' : ''}`)
  }
  expect(await ask(['w.bin', 'raw/w.bin', 'raw/deep/w.bin', 'raw/deep/x.txt', 'raw/x.txt'])).toEqual(['lfs', 'regular', 'regular', 'lfs', 'regular'])
  expect(await ask(['a.log', 'build/x', 'build.txt'])).toEqual(['regular ignored', 'regular ignored', 'regular'])
  expect(await ask(['a.log', 'x.tmp'], { gitIgnore: '*.tmp' })).toEqual(['regular', 'regular ignored'])
  await commit(storage, repo, [lfsLine(storage, repo.id, 'raw/deep/new.txt', SHA, 99), lfsLine(storage, repo.id, 'raw/w.dat', SHA, 99)])
  await using git = await exported(storage, repo)
  expect(git.git(['show', 'main:.gitattributes']).trim().split('\n').at(-1)).toBe('*.dat filter=lfs diff=lfs merge=lfs -text')
  expect(git.git(['show', 'main:.gitattributes'])).not.toContain('new.txt')
})

test('default rules send weights through LFS and leave text alone', () => {
  const rules = parseLfsRules(defaultFiles({ type: 'model', name: 'm', spaceSdk: undefined })[0]?.text ?? '')
  expect(['model.safetensors', 'a/b/pytorch_model.bin', 'saved_model/x/y.txt', 'events.out.tfevents', 'a.tar.gz', 'x.lfs.y'].map((path) => rules(path))).toEqual([true, true, true, true, true, true])
  expect(['config.json', 'README.md', 'x/saved_modelx/y'].map((path) => rules(path))).toEqual([undefined, undefined, undefined])
})
