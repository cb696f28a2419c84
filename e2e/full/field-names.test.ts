import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploadFile } from '@huggingface/hub'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashTree } from '../harness/files.ts'
import { bytesAt, call, createRepo, fileLine, json, postCommit, type Session } from '../harness/hub-client.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, type LaneName } from '../harness/python.ts'
import { pagesOf } from '../harness/whole-repos.ts'

let hub: Hub
let work: string
let me: Session
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  work = await mkdtemp(join(tmpdir(), 'hearth-names-'))
  me = { url: hub.url, token: TOKENS.ana }
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

const NAMES = [
  'docs/file', 'docs/file.', 'docs/file ', 'README.md', 'Readme.md', 'e\u0301-acute.txt', '\u00e9-acute.txt', '-rf.txt', '\u{1f525}.txt', `${'n'.repeat(251)}.txt`,
  'a b/#1?.txt', '100%.txt', 'a+b&c=d.txt', 'p%20q.txt', 'semi;colon.txt', "quo'te\".txt",
]
const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

describe('names that one layer takes for another', () => {
  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s sends them, and each comes back as itself', { timeout: 90_000 }, async (name, { skip }) => {
    needLane(name, skip)
    const source = join(work, `names-${name}`)
    for (const path of NAMES) {
      await mkdir(join(source, path, '..'), { recursive: true })
      await writeFile(join(source, path), path)
    }
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const repo = `ana/names-${name}`
    expectOk(await lane.hf(['upload', repo, source, '.']))
    const listed = (await pagesOf<{ type: string; path: string }>(me, `/api/models/${repo}/tree/main?recursive=true`)).filter((entry) => entry.type === 'file').map((entry) => entry.path)
    expect(listed.toSorted()).toEqual([...NAMES, '.gitattributes'].toSorted())
    for (const path of NAMES) expect((await bytesAt(me, `/${repo}/resolve/main/${encode(path)}`)).toString()).toBe(path)
    // Into the cache: into a folder the clients themselves lengthen each name by 5 and more bytes.
    const folder = expectOk(await lane.exec('python', ['-c', `from huggingface_hub import snapshot_download as get; print(get(${JSON.stringify(repo)}))`])).stdout.trim()
    const { ['.gitattributes']: _attributes, ...back } = await hashTree(folder)
    expect(back).toEqual(await hashTree(source))
  })

  test('a segment of 256 bytes is refused, saying so', async () => {
    await createRepo(me, 'ana/long')
    const answer = await postCommit(me, 'ana/long', { lines: [fileLine('n'.repeat(256), 'x')] })
    expect(answer.status).toBe(422)
    expect(((await answer.json()) as { error: string }).error).toMatch(/255/)
  })

  test('the card is that of README.md, whatever else has nearly its name', async () => {
    await createRepo(me, 'ana/cards')
    await postCommit(me, 'ana/cards', { lines: [fileLine('Readme.md', '---\nlicense: mit\n---\n'), fileLine('README.md', '---\nlicense: apache-2.0\n---\n')] })
    expect((await json<{ cardData: { license: string } }>(await call(me, 'GET', '/api/models/ana/cards'))).cardData.license).toBe('apache-2.0')
  })

  test('ids are one whatever their case, and answered as they were made', async () => {
    await createRepo(me, 'ana/Mixed-Case')
    expect((await json<{ id: string }>(await call(me, 'GET', '/api/models/ana/mixed-case'))).id).toBe('ana/Mixed-Case')
    expect((await call(me, 'POST', '/api/repos/create', JSON.stringify({ name: 'mixed-case', organization: 'ana' }))).status).toBe(409)
  })
})

describe('revision names that git allows', () => {
  const repo = 'ana/revisions'
  const commitTo = async (revision: string, text: string): Promise<string> => {
    const body = [{ key: 'header', value: { summary: text, description: '' } }, fileLine('which.txt', text)].map((line) => `${JSON.stringify(line)}\n`).join('')
    return (await json<{ commitOid: string }>(await call(me, 'POST', `/api/models/${repo}/commit/${encodeURIComponent(revision)}`, body, 'application/x-ndjson'))).commitOid
  }
  const heads: Record<string, string> = {}
  beforeAll(async () => {
    await createRepo(me, repo)
    heads['main'] = await commitTo('main', 'main')
    await json(await call(me, 'POST', `/api/models/${repo}/tag/main`, JSON.stringify({ tag: 'v1.0' })))
    for (const branch of ['fix#1', 'a%20b', 'feature/x', 'v1.0']) {
      await json(await call(me, 'POST', `/api/models/${repo}/branch/${encodeURIComponent(branch)}`, '{}'))
      heads[branch] = await commitTo(branch, branch)
    }
    const answer = await postCommit(me, repo, { lines: [fileLine('which.txt', 'refs/pr/1')], query: '?create_pr=1' })
    heads['refs/pr/1'] = (await json<{ commitOid: string }>(answer)).commitOid
  })

  test.each(['main', 'fix#1', 'a%20b', 'feature/x', 'v1.0', 'refs/pr/1'])('%s is itself by every route', async (revision) => {
    const rev = encodeURIComponent(revision)
    const file = await call(me, 'GET', `/${repo}/resolve/${rev}/which.txt`)
    expect(await file.text()).toBe(revision)
    expect(file.headers.get('x-repo-commit')).toBe(heads[revision])
    expect((await json<{ sha: string }>(await call(me, 'GET', `/api/models/${repo}/revision/${rev}`))).sha).toBe(heads[revision])
    const entries = await json<{ path: string; oid: string }[]>(await call(me, 'GET', `/api/models/${repo}/tree/${rev}`))
    expect(entries.find((entry) => entry.path === 'which.txt')?.oid).toBe(createHash('sha1').update(`blob ${revision.length}\0${revision}`).digest('hex'))
    expect((await json<{ id: string }[]>(await call(me, 'GET', `/api/models/${repo}/commits/${rev}`)))[0]?.id).toBe(heads[revision])
  })

  test('refs/pr/1 needs no encoding in an address', async () => {
    expect((await bytesAt(me, `/${repo}/resolve/refs/pr/1/which.txt`)).toString()).toBe('refs/pr/1')
  })

  test('a branch that looks like a commit is refused', async () => {
    const answer = await call(me, 'POST', `/api/models/${repo}/branch/${heads['main']}`, '{}')
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })

  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s gets the file of each', async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url, token: TOKENS.ana })
    const script = `from huggingface_hub import hf_hub_download as get\nfor r in ${JSON.stringify(Object.keys(heads))}: assert open(get(${JSON.stringify(repo)}, 'which.txt', revision=r)).read() == r, r`
    expectOk(await lane.exec('python', ['-c', script]))
  })

  test('huggingface.js uploads to a branch with a slash, and main stays', { timeout: 60_000 }, async () => {
    const large = randomBytes(12 * 1024 * 1024)
    await uploadFile({ hubUrl: hub.url, accessToken: TOKENS.ana, repo, branch: 'feature/x', file: { path: 'large.bin', content: new Blob([large]) }, useXet: false })
    expect((await bytesAt(me, `/${repo}/resolve/feature%2Fx/large.bin`)).equals(large)).toBe(true)
    expect((await json<{ sha: string }>(await call(me, 'GET', `/api/models/${repo}`))).sha).toBe(heads['main'])
  })
})
