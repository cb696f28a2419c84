import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashTree } from '../harness/files.ts'
import { bytesAt, call, commitFiles, createRepo, fileLine, json, postCommit, uploadLarge, type CommitFile, type Session } from '../harness/hub-client.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type Finished, type LaneName } from '../harness/python.ts'
import { pagesOf } from '../harness/whole-repos.ts'

interface Entry {
  readonly type: string
  readonly path: string
  readonly oid: string
  readonly size: number
  readonly lfs?: { readonly oid: string }
}

let hub: Hub
let work: string
let me: Session
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  work = await mkdtemp(join(tmpdir(), 'hearth-field-'))
  me = { url: hub.url, token: TOKENS.ana }
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

const headOf = async (id: string, kind = 'models'): Promise<string> => (await json<{ sha: string }>(await call(me, 'GET', `/api/${kind}/${id}`))).sha
const tree = (id: string): Promise<Entry[]> => pagesOf<Entry>(me, `/api/models/${id}/tree/main?recursive=true`)

describe('two paths, the same bytes', () => {
  const LARGE = 12 * 1024 * 1024
  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s uploads both, and one outlives the other', { timeout: 120_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const source = join(work, `dup-${name}`)
    const same = randomBytes(LARGE)
    for (const [path, content] of [['a/x.bin', same], ['b/y.bin', same], ['c.txt', Buffer.from('hi')], ['d.txt', Buffer.from('hi')]] as const) {
      await mkdir(join(source, path, '..'), { recursive: true })
      await writeFile(join(source, path), content)
    }
    const repo = `ana/dup-${name}`
    expectOk(await lane.hf(['upload', repo, source, '.']))
    const files = (await tree(repo)).filter((entry) => entry.type === 'file' && entry.path !== '.gitattributes')
    expect(files.map((entry) => entry.path).toSorted()).toEqual(['a/x.bin', 'b/y.bin', 'c.txt', 'd.txt'])
    expect(files.find((entry) => entry.path === 'a/x.bin')?.lfs?.oid).toBe(files.find((entry) => entry.path === 'b/y.bin')?.lfs?.oid)
    expectOk(await lane.hf(['download', repo, '--local-dir', join(work, `back-${name}`)]))
    const { ['.gitattributes']: _attributes, ...back } = await hashTree(join(work, `back-${name}`))
    expect(back).toEqual(await hashTree(source))
    const { usedStorage } = await json<{ usedStorage: number }>(await call(me, 'GET', `/api/models/${repo}?expand=usedStorage`))
    expect(usedStorage).toBeGreaterThanOrEqual(LARGE)
    expect(usedStorage).toBeLessThan(LARGE * 1.1)
    await commitFiles(me, repo, [{ path: 'a/x.bin', isDeleted: true }])
    expect((await bytesAt(me, `/${repo}/resolve/main/b/y.bin`)).equals(same)).toBe(true)
  })

  test('a batch that names one oid twice answers for both', async () => {
    await createRepo(me, 'ana/twice')
    const object = { oid: createHash('sha256').update('twice').digest('hex'), size: 5 }
    const body = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [object, object], hash_algo: 'sha256' })
    const { objects } = await json<{ objects: { oid: string; error?: unknown }[] }>(await call(me, 'POST', '/ana/twice.git/info/lfs/objects/batch', body, 'application/vnd.git-lfs+json'))
    expect(objects.map((one) => [one.oid, one.error])).toEqual([[object.oid, undefined], [object.oid, undefined]])
  })
})

test('.gitattributes does not grow with the number of files', { timeout: 200_000 }, async () => {
  const repo = 'ana/attributes'
  await createRepo(me, repo)
  const first = (await bytesAt(me, `/${repo}/resolve/main/.gitattributes`)).toString()
  await commitFiles(me, repo, [{ path: '.gitattributes', content: Buffer.from(`${first}*.keep text\n`) }])
  const times: number[] = []
  const sent = new Map<string, string>()
  for (let commit = 0; commit < 20; commit += 1) {
    const files: CommitFile[] = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
      const content = Buffer.concat([randomBytes(63), Buffer.alloc(1)])
      const path = `s/${String(commit * 100 + index).padStart(5, '0')}.mds`
      sent.set(path, createHash('sha256').update(content).digest('hex'))
      return { path, lfs: await uploadLarge(me, repo, content) }
    }))
    const began = performance.now()
    await commitFiles(me, repo, files)
    times.push(performance.now() - began)
  }
  const attributes = (await bytesAt(me, `/${repo}/resolve/main/.gitattributes`)).toString()
  expect(attributes.length).toBeLessThanOrEqual(16 * 1024)
  expect(attributes.split('\n').length).toBeLessThanOrEqual(100)
  expect(attributes).toContain('*.keep text\n')
  const listed = (await tree(repo)).filter((entry) => entry.path.endsWith('.mds'))
  expect(new Map(listed.map((entry) => [entry.path, entry.lfs?.oid]))).toEqual(sent)
  // A generous bound on the trend, not on the time: the last five commits against the first five.
  const sum = (some: readonly number[]): number => some.reduce((total, one) => total + one, 0)
  expect(sum(times.slice(-5)) / sum(times.slice(0, 5))).toBeLessThan(3)
})

describe('a token that may read and open pull requests, not write', () => {
  let weak: string
  beforeAll(async () => {
    const fineGrained = { scoped: [{ entity: { type: 'user', name: 'ana' }, permissions: ['repo.content.read', 'discussion.write'] }] }
    weak = (await json<{ value: string }>(await call(me, 'POST', '/api/settings/tokens', JSON.stringify({ displayName: 'weak', role: 'fineGrained', fineGrained })))).value
    await createRepo(me, 'ana/d', { type: 'dataset' })
  })

  test('gets 403 that names the right, never 409 or 412, and may propose', async () => {
    const raw = { lines: [fileLine('x.txt', 'x')], parentCommit: await headOf('ana/d', 'datasets'), kind: 'datasets' as const }
    const refused = await postCommit({ url: hub.url, token: weak }, 'ana/d', raw)
    expect(refused.status).toBe(403)
    expect(JSON.stringify(await refused.json())).toMatch(/write/)
    const proposed = await json<{ pullRequestUrl: string }>(await postCommit({ url: hub.url, token: weak }, 'ana/d', { ...raw, query: '?create_pr=1' }))
    expect(proposed.pullRequestUrl).toMatch(/\/discussions\/1$/)
  })

  test.for(['datasets-a', 'datasets-c'] as const satisfies LaneName[])('makes push_to_hub of lane %s end by itself', { timeout: 90_000 }, async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: weak, timeoutMs: 60_000 })
    const done = await lane.exec('python', ['-c', 'from datasets import Dataset; Dataset.from_dict({"a": [1]}).push_to_hub("ana/d")'])
    expect(done.code, done.stderr).toBe(1)
    expect(done.stderr).toContain('403')
  })
})

describe('many writers on one branch', () => {
  // datasets 5.2 means to repeat a refused commit, but looks for it under a class that the client of 2.x does not raise there;
  // 3.6 sends no parent at all. So what can be held here is that no push that was acknowledged is lost, and no other one lands.
  test('of eight processes that push one config each, none that succeeded is lost', { timeout: 200_000 }, async ({ skip }) => {
    needLane('datasets-a', skip)
    await using lane = await openLane('datasets-a', { endpoint: hub.url, token: TOKENS.ana, timeoutMs: 120_000 })
    const push = (index: number): Promise<Finished> => lane.exec('python', ['-c', `from datasets import Dataset; Dataset.from_dict({"a": [${index}]}).push_to_hub("ana/conc", config_name="c${index}")`], { HF_HOME: join(lane.home, `hf-${index}`) })
    await createRepo(me, 'ana/conc', { type: 'dataset' })
    const done = await Promise.all(Array.from({ length: 8 }, (_, index) => push(index)))
    expect(done.some((one) => one.code === 0)).toBe(true)
    for (const [index, one] of done.entries()) {
      if (one.code === 0) continue
      expect(one.stderr).toContain('412 Precondition Failed')
      expectOk(await push(index))
    }
    const load = 'from datasets import load_dataset, get_dataset_config_names as names; n = sorted(names("ana/conc")); assert n == [f"c{i}" for i in range(8)], n\n'
      + 'for i in range(8): assert load_dataset("ana/conc", f"c{i}", split="train")["a"][:] == [i], i'
    expectOk(await lane.exec('python', ['-c', load]))
    const history = await pagesOf(me, '/api/datasets/ana/conc/commits/main')
    expect(history.length).toBeGreaterThanOrEqual(9)
  })

  test('of ten commits on one parent exactly one lands', async () => {
    await createRepo(me, 'ana/race')
    const parentCommit = await headOf('ana/race')
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => postCommit(me, 'ana/race', { lines: [fileLine(`f${index}.txt`, String(index))], parentCommit })))
    const statuses = answers.map((answer) => answer.status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409 || status === 412)).toHaveLength(9)
    expect((await tree('ana/race')).map((entry) => entry.path).toSorted()).toEqual(['.gitattributes', `f${statuses.indexOf(200)}.txt`])
    expect(await pagesOf(me, '/api/models/ana/race/commits/main')).toHaveLength(2)
  })
})

describe('trees that cannot be', () => {
  beforeAll(async () => {
    await createRepo(me, 'ana/paths')
    await commitFiles(me, 'ana/paths', [{ path: 'data/x', content: Buffer.from('x') }])
  })

  test.each([
    ['a file where a folder is', ['data']], ['a file and a path below it', ['z', 'z/y']],
    ...['.git/config', '.GIT/hooks/x', 'a/../b', 'trail/', '', 'a\0b', 'git~1/x', '../up', '/abs', 'a\\b', '.'].map((path) => [JSON.stringify(path), [path]] as const),
  ] as const)('%s is refused by name, and nothing changes', async (_what, paths) => {
    const head = await headOf('ana/paths')
    const answer = await postCommit(me, 'ana/paths', { lines: paths.map((path) => fileLine(path, 'new')) })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    const { error } = (await answer.json()) as { error: string }
    expect(error).toContain(JSON.stringify(paths[0]).slice(1, -1))
    expect(await headOf('ana/paths')).toBe(head)
  })

  test.each(['a//b', 'a/./b'])('%s is refused, or lands as a/b', async (path) => {
    const answer = await postCommit(me, 'ana/paths', { lines: [fileLine(path, 'new')] })
    const listed = (await tree('ana/paths')).map((entry) => entry.path)
    if (answer.status === 200) expect(listed).toContain('a/b')
    else expect(answer.status).toBe(422)
    expect(listed).not.toContain(path)
  })

  test('a folder deleted first makes room for a file of its name', async () => {
    const answer = await postCommit(me, 'ana/paths', { lines: [{ key: 'deletedFolder', value: { path: 'data/' } }, fileLine('data', 'now a file')] })
    expect(answer.status).toBe(200)
    expect((await tree('ana/paths')).find((entry) => entry.path === 'data')?.type).toBe('file')
  })
})
