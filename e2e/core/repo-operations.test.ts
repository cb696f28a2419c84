import { createHash, randomBytes } from 'node:crypto'
import { countCommits, createBranch, createRepo, deleteBranch, downloadFile, listCommits, uploadFile } from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { call, commitFiles, createRepo as makeRepo, type Session } from '../harness/hub-client.ts'
import { hasLane, openLane } from '../harness/python.ts'

let hub: Hub
beforeAll(async () => { hub = await startHub({ bootstrap: BOOTSTRAP }) })
afterAll(async () => { await hub[Symbol.asyncDispose]() })

test.skipIf(!hasLane('a'))('moves, duplicates, squashes, lists and deletes large files through the Python API', { timeout: 120_000 }, async () => {
  await using lane = await openLane('a', { endpoint: hub.url, token: TOKENS.ana })
  const done = await lane.python('repo_operations.py')
  expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)
})

describe('huggingface.js', () => {
  const where = (): { hubUrl: string; accessToken: string } => ({ hubUrl: hub.url, accessToken: TOKENS.ana })
  const text = async (repo: string, path: string, revision: string): Promise<string | undefined> => (await downloadFile({ ...where(), repo, path, revision }))?.text()

  test('creates a repo with its first files, branches of every kind, and uploads to a branch with a slash', { timeout: 60_000 }, async () => {
    const repo = 'ana/js-refs'
    const attributes = '*.html filter=lfs diff=lfs merge=lfs -text'
    const created = await createRepo({ ...where(), repo, license: 'mit', files: [{ path: '.gitattributes', content: new Blob([attributes]) }] })
    expect(created).toEqual({ repoUrl: `${hub.url}/${repo}`, id: expect.stringMatching(/^[0-9a-f]{24}$/) })
    expect(await text(repo, '.gitattributes', 'main')).toBe(attributes)
    expect(await text(repo, 'README.md', 'main')).toBe('---\nlicense: mit\n---\n')
    await uploadFile({ ...where(), repo, file: { path: 'file.txt', content: new Blob(['content']) } })
    await createBranch({ ...where(), repo, branch: 'feature/x' })
    await createBranch({ ...where(), repo, branch: 'none', empty: true })
    await createBranch({ ...where(), repo, branch: 'over' })
    await createBranch({ ...where(), repo, branch: 'over', overwrite: true, empty: true })
    expect(await text(repo, 'file.txt', 'feature/x')).toBe('content')
    for (const branch of ['none', 'over']) expect(await downloadFile({ ...where(), repo, path: 'file.txt', revision: branch })).toBeNull()
    const large = randomBytes(12_000_000)
    await uploadFile({ ...where(), repo, branch: 'feature/x', file: { path: 'large.bin', content: new Blob([large]) }, useXet: false })
    const stored = await downloadFile({ ...where(), repo, path: 'large.bin', revision: 'feature/x', xet: false })
    expect(createHash('sha256').update(new Uint8Array(await (stored as Blob).arrayBuffer())).digest('hex')).toBe(createHash('sha256').update(large).digest('hex'))
    expect(await downloadFile({ ...where(), repo, path: 'large.bin', revision: 'main' })).toBeNull()
    await deleteBranch({ ...where(), repo, branch: 'over' })
    expect(await countCommits({ ...where(), repo, revision: 'feature/x' })).toBe(3)
    const titles: string[] = []
    for await (const commit of listCommits({ ...where(), repo, revision: 'main', batchSize: 1 })) titles.push(commit.title)
    expect(titles).toEqual(['Add file.txt', 'initial commit'])
  })
})

test('another case, and the name before a move, lead to the id by a relative address that keeps the query', async () => {
  await call(ana(), 'POST', '/api/repos/create', JSON.stringify({ name: 'CamelCase' }))
  await call(ana(), 'POST', '/api/repos/move', JSON.stringify({ fromRepo: 'ana/CamelCase', toRepo: 'ana/Moved.Case', type: 'model' }))
  const ask = (path: string): Promise<Response> => fetch(hub.url + path, { redirect: 'manual' })
  for (const name of ['ana/CamelCase', 'ANA/moved.case', 'ana%2Fcamelcase']) {
    for (const [path, to] of [
      [`/api/models/${name}?expand=sha`, '/api/models/ana/Moved.Case?expand=sha'], [`/api/models/${name}/tree/main?recursive=true`, '/api/models/ana/Moved.Case/tree/main?recursive=true'],
      [`/${name}/resolve/main/.gitattributes?download=true`, '/ana/Moved.Case/resolve/main/.gitattributes?download=true'], [`/${name}/raw/main/.gitattributes`, '/ana/Moved.Case/raw/main/.gitattributes'],
      [`/api/models/${name}/refs?include_prs=1`, '/api/models/ana/Moved.Case/refs?include_prs=1'], [`/api/models/${name}/commits/main`, '/api/models/ana/Moved.Case/commits/main'],
    ] as const) {
      const answer = await ask(path)
      expect([answer.status, answer.headers.get('location')], path).toEqual([307, to])
    }
  }
  const batch = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid: 'ab'.repeat(32), size: 5 }] })
  const lfs = await call(ana(), 'POST', '/ana/CamelCase.git/info/lfs/objects/batch', batch, 'application/vnd.git-lfs+json')
  expect(lfs.status).toBe(200)
  const planned = await call(ana(), 'POST', '/api/models/ana/CAMELCASE/preupload/main', JSON.stringify({ files: [{ path: 'a.txt', size: 1, sample: 'YQ==' }] }))
  expect(planned.status).toBe(200)
})

const ana = (): Session => ({ url: hub.url, token: TOKENS.ana })
const get = (path: string): Promise<Response> => call(ana(), 'GET', path)
const text = (answer: Response): Promise<string> => answer.text()
const file = (path: string, content: string): object => ({ key: 'file', value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' } })

test('a slash encoded where nobody expects it means the same', async () => {
  await call(ana(), 'POST', '/api/repos/create', JSON.stringify({ name: 'slashes', organization: 'ana', type: 'dataset' }))
  const lines = [{ key: 'header', value: { summary: 's', description: '' } }, file('a b/x.parquet', 'PAR1')].map((line) => `${JSON.stringify(line)}\n`).join('')
  expect((await call(ana(), 'POST', '/api/datasets/ana/slashes/commit/main', lines, 'application/x-ndjson')).status).toBe(200)
  const plain = await get('/datasets/ana/slashes/resolve/main/a%20b/x.parquet')
  for (const path of ['/datasets/ana%2Fslashes/resolve/main/a%20b%2Fx.parquet', '/datasets/ana%2Fslashes/resolve/main/a%20b/x.parquet']) {
    const answer = await get(path)
    expect([answer.status, await text(answer), answer.headers.get('etag')]).toEqual([200, 'PAR1', plain.headers.get('etag')])
  }
  const entries = (await (await get('/api/datasets/ana%2Fslashes/tree/main/')).json()) as { size: unknown }[]
  expect(entries).toEqual(await (await get('/api/datasets/ana/slashes/tree/main')).json())
  for (const entry of entries) expect(typeof entry.size).toBe('number')
  expect((await fetch(`${hub.url}/datasets/ana/slashes/resolve/main/a%20b`, { method: 'HEAD' })).status).toBe(404)
  const converted = await get('/api/datasets/ana/slashes/tree/~parquet/default')
  expect([converted.status, converted.headers.get('x-error-code'), converted.headers.get('content-type')]).toEqual([404, 'RevisionNotFound', expect.stringContaining('application/json')])
})

test('what moved away keeps its likes and rows; the old name starts anew', async () => {
  await makeRepo(ana(), 'ana/first')
  await commitFiles(ana(), 'ana/first', [{ path: 'rows.txt', content: Buffer.from('three rows') }])
  expect((await call(ana(), 'POST', '/api/models/ana/first/like', '{}')).status).toBe(200)
  expect((await call(ana(), 'POST', '/api/repos/move', JSON.stringify({ fromRepo: 'ana/first', toRepo: 'ana/second', type: 'model' }))).status).toBe(200)
  expect(await text(await get('/ana/first/resolve/main/rows.txt'))).toBe('three rows')
  await makeRepo(ana(), 'ana/first')
  expect((await get('/ana/first/resolve/main/rows.txt')).status).toBe(404)
  await commitFiles(ana(), 'ana/first', [{ path: 'rows.txt', content: Buffer.from('one row') }])
  expect([await text(await get('/ana/first/resolve/main/rows.txt')), await text(await get('/ana/second/resolve/main/rows.txt'))]).toEqual(['one row', 'three rows'])
  expect(await (await get('/api/models/ana/second?expand=likes')).json()).toMatchObject({ id: 'ana/second', likes: 1 })
  expect(await (await get('/api/models/ana/first?expand=likes')).json()).toMatchObject({ id: 'ana/first', likes: 0 })
  const setVisibility = (visibility: string): Promise<Response> => call(ana(), 'PUT', '/api/models/ana/second/settings', JSON.stringify({ visibility }))
  await setVisibility('private')
  const asAnyone = (): Promise<Response> => fetch(`${hub.url}/api/models/ana/second`)
  expect((await asAnyone()).status).toBe(401)
  await setVisibility('public')
  expect((await asAnyone()).status).toBe(200)
})
