import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  checkRepoAccess, commit, commitIter, countCommits, createBranch, createRepo, datasetInfo, deleteBranch, deleteFile, deleteFiles, deleteRepo, downloadFile, downloadFileToCacheDir, fileDownloadInfo,
  fileExists, listCommits, listDatasets, listFiles, listModels, listSpaces, modelInfo, parseSafetensorsMetadata, pathsInfo, repoExists, scanCacheDir, snapshotDownload, spaceInfo, uploadFile, uploadFiles, whoAmI,
} from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { writeSafetensors } from '../harness/files.ts'
import { startHub, type Hub } from '../harness/hub.ts'

let hub: Hub
let dir: string
let me: { hubUrl: string; accessToken: string }
let bo: { hubUrl: string; accessToken: string }
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  dir = await mkdtemp(join(tmpdir(), 'hearth-js-'))
  me = { hubUrl: hub.url, accessToken: TOKENS.ana }
  bo = { hubUrl: hub.url, accessToken: TOKENS.bo }
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items)
const blob = (text: string): Blob => new Blob([text])
const paths = async (repo: string, revision = 'main'): Promise<string[]> => (await all(listFiles({ ...me, repo, revision, recursive: true }))).filter((file) => file.type === 'file').map((file) => file.path).toSorted()

describe('huggingface.js', () => {
  test('makes repos of every kind, with files from the start, and reads what they are', async () => {
    expect(await createRepo({ ...me, repo: 'ana/js-model', license: 'mit', files: [{ path: 'a.txt', content: new TextEncoder().encode('from the start').buffer }] })).toMatchObject({ repoUrl: `${hub.url}/ana/js-model` })
    await createRepo({ ...me, repo: { type: 'dataset', name: 'ana/js-data' }, visibility: 'private' })
    await createRepo({ ...me, repo: { type: 'space', name: 'team/js-space' }, sdk: 'static' })
    expect(await (await downloadFile({ ...me, repo: 'ana/js-model', path: 'a.txt' }))?.text()).toBe('from the start')
    expect((await modelInfo({ ...me, name: 'ana/js-model' })).private).toBe(false)
    expect((await datasetInfo({ ...me, name: 'ana/js-data' })).private).toBe(true)
    expect((await spaceInfo({ ...me, name: 'team/js-space' })).sdk).toBe('static')
    expect((await all(listModels({ ...me, search: { owner: 'ana' } }))).map((one) => one.name)).toContain('ana/js-model')
    expect((await all(listDatasets({ ...me, search: { owner: 'ana' } }))).map((one) => one.name)).toContain('ana/js-data')
    expect((await all(listDatasets({ ...bo, search: { owner: 'ana' } }))).map((one) => one.name)).not.toContain('ana/js-data')
    expect((await all(listSpaces({ ...me, search: { owner: 'team' } }))).map((one) => one.name)).toEqual(['team/js-space'])
    await expect(createRepo({ ...me, repo: 'ana/js-model' })).rejects.toMatchObject({ statusCode: 409 })
    await expect(createRepo({ ...bo, repo: 'ana/not-mine' })).rejects.toMatchObject({ statusCode: 403 })
  })

  test('tells rights and absence apart by status', async () => {
    await checkRepoAccess({ ...me, repo: { type: 'dataset', name: 'ana/js-data' } })
    await expect(checkRepoAccess({ ...bo, repo: { type: 'dataset', name: 'ana/js-data' } })).rejects.toMatchObject({ statusCode: 404 })
    await expect(checkRepoAccess({ hubUrl: hub.url, repo: { type: 'dataset', name: 'ana/js-data' } })).rejects.toMatchObject({ statusCode: 401 })
    expect(await repoExists({ ...me, repo: 'ana/nothing' })).toBe(false)
    expect(await repoExists({ ...me, repo: 'ana/js-model' })).toBe(true)
    await expect(uploadFile({ ...bo, repo: 'ana/js-model', file: { path: 'x', content: blob('x') } })).rejects.toMatchObject({ statusCode: 403 })
    await expect(whoAmI({ hubUrl: hub.url, accessToken: `hf_${'0'.repeat(34)}` })).rejects.toMatchObject({ statusCode: 401, message: expect.stringContaining('Invalid credentials') })
    expect(await fileExists({ ...me, repo: 'ana/js-model', path: 'none' })).toBe(false)
    expect(await downloadFile({ ...me, repo: 'ana/js-model', path: 'none' })).toBeNull()
  })

  test('commits, deletes, counts and lists over pages', { timeout: 60_000 }, async () => {
    const repo = 'ana/js-commits'
    await createRepo({ ...me, repo })
    await uploadFiles({ ...me, repo, useXet: false, files: Array.from({ length: 250 }, (_, index) => ({ path: `many/${String(index).padStart(3, '0')}.txt`, content: blob(String(index)) })) })
    expect(await paths(repo)).toHaveLength(251)
    const done = await commit({ ...me, repo, title: 'add and delete', description: 'in one', operations: [{ operation: 'addOrUpdate', path: 'new.txt', content: blob('new') }, { operation: 'delete', path: 'many/000.txt' }] })
    await deleteFile({ ...me, repo, path: 'many/001.txt' })
    await deleteFiles({ ...me, repo, paths: ['many/002.txt', 'many/003.txt'] })
    expect(await paths(repo)).toHaveLength(248)
    expect(await countCommits({ ...me, repo })).toBe(5)
    const commits = await all(listCommits({ ...me, repo, batchSize: 2 }))
    expect(commits).toHaveLength(5)
    expect(commits[2]).toMatchObject({ oid: done?.commit.oid, title: 'add and delete', message: 'in one', authors: [{ username: 'ana' }] })
    await expect(commit({ ...me, repo, title: 'late', parentCommit: commits[3]?.oid ?? '', operations: [{ operation: 'addOrUpdate', path: 'late.txt', content: blob('x') }] })).rejects.toMatchObject({ statusCode: 412 })
    await expect(deleteFile({ ...me, repo, path: 'never.txt' })).rejects.toMatchObject({ statusCode: 404 })
    const info = await pathsInfo({ ...me, repo, paths: ['new.txt', 'many'], expand: true })
    expect(info.find((one) => one.path === 'new.txt')?.lastCommit).toMatchObject({ id: done?.commit.oid, title: 'add and delete' })
  })

  test('sends large files, one in parts, with progress, and a pull request', { timeout: 90_000 }, async () => {
    const repo = 'ana/js-large'
    await createRepo({ ...me, repo })
    const [one, two] = [randomBytes(11_000_000), randomBytes(140_000_000)]
    const events = commitIter({ ...me, repo, title: 'large', useXet: false, operations: [{ operation: 'addOrUpdate', path: 'one.bin', content: new Blob([one]) }, { operation: 'addOrUpdate', path: 'two.bin', content: new Blob([two]) }] })
    const phases = new Set((await all(events)).map((event) => (event.event === 'phase' ? event.phase : event.state)))
    expect([...phases]).toEqual(expect.arrayContaining(['preuploading', 'uploadingLargeFiles', 'committing', 'uploading']))
    for (const [path, data] of [['one.bin', one], ['two.bin', two]] as const) {
      const info = await fileDownloadInfo({ ...me, repo, path })
      expect([info?.size, info?.etag]).toEqual([data.length, `"${sha(data)}"`])
      expect(sha(new Uint8Array(await ((await downloadFile({ ...me, repo, path, xet: false })) as Blob).arrayBuffer()))).toBe(sha(data))
    }
    const part = await downloadFile({ ...me, repo, path: 'two.bin', xet: false })
    expect(sha(new Uint8Array(await (part as Blob).slice(100_000_000, 100_001_000).arrayBuffer()))).toBe(sha(two.subarray(100_000_000, 100_001_000)))
    const proposal = await uploadFile({ ...bo, repo, isPullRequest: true, commitTitle: 'From bo', file: { path: 'bo.txt', content: blob('bo') } })
    expect(proposal?.pullRequestUrl).toMatch(/\/ana\/js-large\/discussions\/1$/)
    expect(await paths(repo, 'refs/pr/1')).toContain('bo.txt')
    expect(await paths(repo)).not.toContain('bo.txt')
  })

  test('makes, overwrites and deletes branches', async () => {
    const repo = 'ana/js-branches'
    await createRepo({ ...me, repo })
    await uploadFile({ ...me, repo, file: { path: 'a.txt', content: blob('a') } })
    await createBranch({ ...me, repo, branch: 'dev-one' })
    await uploadFile({ ...me, repo, branch: 'dev-one', file: { path: 'b.txt', content: blob('b') } })
    expect(await paths(repo, 'dev-one')).toEqual(['.gitattributes', 'a.txt', 'b.txt'])
    await expect(createBranch({ ...me, repo, branch: 'dev-one' })).rejects.toMatchObject({ statusCode: 409 })
    await createBranch({ ...me, repo, branch: 'dev-one', revision: 'main', overwrite: true })
    expect(await paths(repo, 'dev-one')).toEqual(['.gitattributes', 'a.txt'])
    await createBranch({ ...me, repo, branch: 'bare', empty: true })
    expect(await paths(repo, 'bare')).not.toContain('a.txt')
    await deleteBranch({ ...me, repo, branch: 'dev-one' })
    await expect(all(listFiles({ ...me, repo, revision: 'dev-one' }))).rejects.toMatchObject({ statusCode: 404 })
  })

  test('fills the same cache as the Python client, and reads weights', async () => {
    const repo = 'ana/js-cache'
    await createRepo({ ...me, repo })
    const path = join(dir, 'model.safetensors')
    await writeSafetensors(path, 4000)
    await uploadFiles({ ...me, repo, useXet: false, files: [{ path: 'model.safetensors', content: new Blob([await readFile(path)]) }, { path: 'deep/note.txt', content: blob('note') }] })
    const cacheDir = join(dir, 'cache')
    const snapshot = await snapshotDownload({ ...me, repo, cacheDir })
    expect(await readFile(join(snapshot, 'deep', 'note.txt'), 'utf8')).toBe('note')
    expect(await readFile(await downloadFileToCacheDir({ ...me, repo, path: 'model.safetensors', cacheDir }))).toEqual(await readFile(path))
    expect((await scanCacheDir(cacheDir)).repos.map((one) => one.id.name)).toEqual([repo])
    expect((await parseSafetensorsMetadata({ ...me, repo, computeParametersCount: true })).parameterCount).toEqual({ F32: 1000 })
    await deleteRepo({ ...me, repo })
    expect(await repoExists({ ...me, repo })).toBe(false)
  })
})
