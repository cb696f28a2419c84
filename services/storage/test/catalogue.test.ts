import type { Db } from '@hearth/db'
import { SILENT_LOGGER } from '@hearth/telemetry'
import { describe, expect, test } from 'vitest'
import { composeCatalogue, refreshStale } from '../src/catalogue.ts'
import { NO_DETAILS, type DetailChoice } from '../src/domain/catalogue/facts.ts'
import { getRepo, type GetRepoQuery } from '../src/domain/get-repo.ts'
import { listRepos, type ListReposQuery } from '../src/domain/list-repos.ts'
import { updateRepoSettings } from '../src/domain/repo-settings.ts'
import type { Repo, RepoType } from '../src/domain/repo.ts'
import { createDownloadStore } from '../src/stores/download-store.pg.ts'
import { createListEstimate } from '../src/stores/list-estimate.ts'
import { createListedRows } from '../src/stores/listed-rows.ts'
import { buildPageStatement, type ListPlan } from '../src/stores/repo-list-sql.ts'
import { createObjectCaches } from '../src/stores/tree-cache.ts'
import { ANA, BO, commit, commitFiles, lfsLine, LIST_ALL, nameOf, newRepo, openTestStorage, stage, type TestStorage } from './harness/open-storage.ts'

const ALL: DetailChoice = { card: true, config: true, extras: true, weights: true }
const INFO: Omit<GetRepoQuery, 'repo'> = { revision: undefined, includeSiblings: false, includeBlobs: false, includeCardText: false, includeLinkedSpaces: true, includeChildModels: true, details: ALL }

const card = (yaml: string, body = '# Card\n'): string => `---\n${yaml}\n---\n${body}`

async function rows(storage: TestStorage, query: Partial<ListReposQuery> = {}) {
  return (await listRepos(storage.ctx, ANA, { ...LIST_ALL, details: ALL, ...query })).rows
}

async function ids(storage: TestStorage, query: Partial<ListReposQuery> = {}): Promise<string[]> {
  return (await rows(storage, { details: NO_DETAILS, ...query })).map(({ repo }) => repo.name)
}

async function make(storage: TestStorage, name: string, files: Readonly<Record<string, string>>, type: RepoType = 'model'): Promise<Repo> {
  const repo = await newRepo(storage, name, type)
  await commitFiles(storage, repo, files)
  return repo
}

test('a list right after a commit shows what the card, the config and the file names say', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  expect((await rows(storage))[0]?.facts).toMatchObject({ tags: [], pipelineTag: undefined })
  await commitFiles(storage, repo, {
    'README.md': card('license: mit\nlanguage: [no, en]\ntags: [on, yes, 12:30:00]\ndate: 2024-01-01\nid: 1152921504606846977'),
    'config.json': '{"model_type":"bert","architectures":["BertForMaskedLM"],"x":NaN}', 'tokenizer_config.json': '{"mask_token":{"content":"<m>"},"model_max_length":1000000000000000019884624838656}', 'onnx/model.onnx': 'x',
  })
  const [row] = await rows(storage)
  expect(row?.facts).toMatchObject({ tags: ['transformers', 'onnx', 'bert', 'fill-mask', 'on', 'yes', '12:30:00', 'no', 'en', 'license:mit'], pipelineTag: 'fill-mask', libraryName: 'transformers' })
  expect(row?.facts.wide).toMatchObject({ maskToken: '<m>', configJson: '{"architectures":["BertForMaskedLM"],"model_type":"bert","tokenizer_config":{"mask_token":"<m>"}}' })
  expect(row?.facts.wide?.cardJson).toContain('"id":1152921504606846977')
  expect(JSON.parse(row?.facts.wide?.cardJson ?? '')).toMatchObject({ language: ['no', 'en'], tags: ['on', 'yes', '12:30:00'], date: '2024-01-01' })
  expect(await ids(storage, { tags: ['no'] })).toEqual(['m'])
  const info = await getRepo(storage.ctx, BO, { ...INFO, repo: nameOf(repo) })
  expect(info.facts).toEqual(row?.facts)
})

test('every revision says what its own files say', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { 'README.md': card('tags: [one]') })
  await commitFiles(storage, repo, { 'README.md': card('tags: [two]') })
  const tagsAt = async (revision: string | undefined) => (await getRepo(storage.ctx, ANA, { ...INFO, repo: nameOf(repo), revision })).facts.tags
  expect([await tagsAt(undefined), await tagsAt(first), await tagsAt('main')]).toEqual([['two'], ['one'], ['two']])
  await commit(storage, repo, [{ kind: 'deleteFile', path: 'README.md' }])
  expect(await tagsAt(undefined)).toEqual([])
  await commitFiles(storage, repo, { 'README.md': card('tags: [pr]') }, { createPullRequest: true })
  expect([await tagsAt('refs/pr/1'), await tagsAt(undefined)]).toEqual([['pr'], []])
})

test.each([
  ['ends after the closing line', '---\nlicense: mit\n---', 'mit'], ['has CRLF', '---\r\nlicense: mit\r\n---\r\n', 'mit'], ['has a BOM', '\ufeff---\nlicense: mit\n---\n', 'mit'],
  ['is indented', '    ---\n    license: mit\n    ---\n', undefined], ['is empty', '---\n---\nx', undefined], ['is only a rule', 'text\n---\nlicense: mit\n---\n', undefined],
])('a card that %s', async (_name, text, license) => {
  await using storage = await openTestStorage()
  const repo = await make(storage, 'm', { 'README.md': text })
  const { facts, cardText } = await getRepo(storage.ctx, ANA, { ...INFO, includeCardText: true, repo: nameOf(repo) })
  expect(facts.wide?.cardJson).toBe(license === undefined ? undefined : JSON.stringify({ license }))
  expect(cardText).toBe(text)
})

test('a broken card is refused in every commit that brings it, by the words of validate-yaml; the head stays', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`)].join('\n')
  const head = await commitFiles(storage, repo, { 'tab.md': card('a:\n\tb: 1'), 'big.md': `---\n${'x: y\n'.repeat(420_000)}---\n` })
  for (const text of [card('a:\n\tb: 1'), card('license: mit\nlicense: mit'), card(bomb), card('- a')]) {
    for (const createPullRequest of [false, true]) {
      await expect(commitFiles(storage, repo, { 'README.md': text }, { createPullRequest })).rejects.toMatchObject({ reason: 'INVALID_CARD', message: expect.stringMatching(/^Invalid metadata in README\.md: /) })
    }
  }
  for (const fromPath of ['tab.md', 'big.md']) {
    await expect(commit(storage, repo, [{ kind: 'copy', fromPath, fromRevision: undefined, toPath: 'README.md' }])).rejects.toMatchObject({ reason: 'INVALID_CARD' })
  }
  expect((await storage.ctx.repos.findRepoById(repo.id))?.headOid).toBe(head)
})

test('a config that is none leaves the model without one', async () => {
  await using storage = await openTestStorage()
  for (const [name, text] of [['cut', '{"model_type":"ber'], ['list', '[1]'], ['bom', '\ufeff{"model_type":"mamba2","x":-Infinity}']] as const) await make(storage, name, { 'config.json': text })
  expect((await rows(storage)).map(({ repo, facts }) => [repo.name, facts.wide?.configJson])).toEqual([['cut', undefined], ['list', undefined], ['bom', '{"model_type":"mamba2"}']])
})

test('a commit that changes nothing that is said writes no facts', async () => {
  await using storage = await openTestStorage()
  const repo = await make(storage, 'm', { 'README.md': card('license: mit'), 'data/a.bin': '1' })
  const stamp = async () => (await storage.db.query<{ stamp: string }>({ text: `select xmin::text as stamp from repo_cards where repo_id = '${repo.id}'` }))[0]?.stamp
  const before = await stamp()
  await commitFiles(storage, repo, { 'data/b.bin': '2', 'notes.txt': 'x' })
  expect(await stamp()).toBe(before)
  await commitFiles(storage, repo, { 'data/c.gguf': '2' })
  expect(await stamp()).not.toBe(before)
})

describe('filters', () => {
  test('by tag, library, task, gate, size and links, all at once', async () => {
    await using storage = await openTestStorage()
    await make(storage, 'bert', { 'README.md': card('license: mit\nlanguage: en\ndatasets: [glue]\ntags: ["a,b", "%_", "x"]'), 'config.json': '{"architectures":["BertForMaskedLM"]}' })
    const gpt = await make(storage, 'gpt', { 'README.md': card('language: [en, no]\nbase_model: ana/bert\nlibrary_name: mlx\npipeline_tag: text-generation\ntags: [fill-mask]') })
    await make(storage, 'plain', {})
    await make(storage, 'data', { 'README.md': card('language: en\ntask_categories: [fill-mask]\nsize_categories: n<1K') }, 'dataset')
    await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(gpt), visibility: undefined, gated: 'manual' })
    await storage.db.run({ text: `update repos set parameter_count = 1000 where name = 'bert'` })
    const cases: readonly (readonly [Partial<ListReposQuery>, string[]])[] = [
      [{ tags: ['en'] }, ['bert', 'gpt']], [{ tags: ['en', 'no'] }, ['gpt']], [{ tags: ['dataset:glue', 'license:mit'] }, ['bert']], [{ tags: ['mlx'] }, ['gpt']], [{ tags: ['%'] }, []], [{ tags: ['a,b', '%_'] }, ['bert']],
      [{ pipelineTag: 'fill-mask' }, ['bert']], [{ pipelineTag: 'text-generation', tags: ['en'] }, ['gpt']], [{ gated: true }, ['gpt']], [{ gated: false, tags: ['en'] }, ['bert']],
      [{ minParameters: 1000 }, ['bert']], [{ minParameters: 1001 }, []], [{ maxParameters: 1000 }, ['bert']], [{ minParameters: 10, maxParameters: 20 }, []],
      [{ linkedModels: ['Ana/BERT'] }, ['gpt']], [{ linkedDatasets: ['glue', 'x'] }, ['bert']], [{ hasLinks: true }, ['bert', 'gpt']], [{ search: ['ana/', 'T'], tags: ['en'] }, ['bert', 'gpt']], [{ author: 'bo', tags: ['en'] }, []],
      [{ type: 'dataset', tags: ['language:en', 'task_categories:fill-mask', 'size_categories:n<1K'] }, ['data']], [{ type: 'dataset', tags: ['en'] }, []],
    ]
    for (const [query, expected] of cases) expect([query, await ids(storage, query)]).toEqual([query, expected])
    await expect(ids(storage, { tags: Array(21).fill('x') })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  })

  test('either way of finding a page gives the same pages', async () => {
    await using storage = await openTestStorage()
    for (let at = 0; at < 24; at += 1) await make(storage, `${at % 3 === 0 ? 'bert' : 'gpt'}-${at}_x`, { 'README.md': card(`tags: [t${at % 4}, all]\npipeline_tag: ${at % 2 === 0 ? 'a' : 'b'}`) })
    await storage.db.run({ text: `update repos set downloads = (length(name) * 7) % 5, trending_score = downloads` })
    const run = async (plan: ListPlan, query: Partial<Parameters<typeof buildPageStatement>[0]>): Promise<string[]> => {
      const [page] = await storage.db.query<{ rows: string | null }>(buildPageStatement({ ...BASE, ...query }, plan))
      return page?.rows?.split(',') ?? []
    }
    for (const sort of ['created', 'downloads', 'trending', 'lastModified'] as const) {
      for (const filter of [{ search: ['bert'] }, { search: ['_x', '1'] }, { tags: ['t1'] }, { tags: ['t2', 'all'] }, { pipelineTag: 'a' }, { author: 'ANA' }]) {
        for (const ascending of [true, false]) {
          const query = { ...filter, sort, ascending }
          const gathered = await run('gather', query)
          expect(gathered.length).toBeGreaterThan(0)
          expect(await run('walk', query)).toEqual(gathered)
        }
      }
    }
  })
})

const BASE = {
  type: 'model', visible: { kind: 'all' }, author: undefined, search: [], gated: undefined, tags: [], pipelineTag: undefined, minParameters: undefined, maxParameters: undefined, links: [], hasLinks: false,
  details: NO_DETAILS, sort: 'created', ascending: true, after: undefined, limit: 10,
} as const satisfies Parameters<typeof buildPageStatement>[0]

test('who names a repo is told to those who may see them', async () => {
  await using storage = await openTestStorage()
  const base = await newRepo(storage, 'base')
  await make(storage, 'child', { 'README.md': card('base_model: ana/BASE') })
  const space = await make(storage, 'app', { 'README.md': card('sdk: gradio\nmodels: [ana/base]'), 'app.py': '1' }, 'space')
  const hidden = await newRepo(storage, 'hidden', 'space', ANA, 'private')
  await commitFiles(storage, hidden, { 'README.md': card('sdk: static\nmodels: ana/base') })
  const seen = async (actor: typeof ANA) => (await getRepo(storage.ctx, actor, { ...INFO, repo: nameOf(base) })).relatives
  expect(await seen(BO)).toEqual({ spaceIds: ['Ana/app'], childModelCount: 1 })
  expect((await seen(ANA)).spaceIds.toSorted()).toEqual(['Ana/app', 'Ana/hidden'])
  const view = await getRepo(storage.ctx, ANA, { ...INFO, repo: nameOf(space) })
  expect([view.repo.spaceSdk, view.facts.wide?.hasAppFile]).toEqual(['gradio', true])
})

test('files come with rows that ask for them, up to what an answer holds', async () => {
  await using storage = await openTestStorage()
  await make(storage, 'a', { 'x/y': '1', z: '2' })
  await make(storage, 'b', {})
  const page = await listRepos(storage.ctx, ANA, { ...LIST_ALL, includeSiblings: true })
  expect(page.rows.map(({ siblings }) => siblings?.rows.map(({ path }) => path))).toEqual([['.gitattributes', 'x/y', 'z'], ['.gitattributes']])
})

test('cards of any length come through, a page ends where the answer is full', async () => {
  await using storage = await openTestStorage()
  for (const name of ['a', 'b', 'c']) await make(storage, name, { 'README.md': card(`x: ${'y'.repeat(600_000)}`) })
  const first = await listRepos(storage.ctx, ANA, { ...LIST_ALL, details: { ...NO_DETAILS, card: true } })
  expect(first.rows.map(({ repo }) => repo.name)).toEqual(['a'])
  const rest = await listRepos(storage.ctx, ANA, { ...LIST_ALL, details: { ...NO_DETAILS, card: true }, pageToken: first.nextPageToken })
  expect(rest.rows.map(({ repo }) => repo.name)).toEqual(['b'])
})

test('facts of an older derivation are made anew, and derived on the way until then', async () => {
  await using storage = await openTestStorage()
  const repo = await make(storage, 'm', { 'README.md': card('tags: [here]') })
  await storage.db.run({ text: `update repos set tags = '{}', facts_version = 0` })
  expect((await getRepo(storage.ctx, ANA, { ...INFO, repo: nameOf(repo) })).facts.tags).toEqual(['here'])
  expect(await storage.ctx.catalogue.listStale(1, 10)).toEqual([repo.id])
  await storage.ctx.catalogue.refreshFacts(repo.id)
  expect(await ids(storage, { tags: ['here'] })).toEqual(['m'])
  expect(await storage.ctx.catalogue.listStale(1, 10)).toEqual([])
  expect(await storage.ctx.catalogue.forgetFacts()).toBe(1)
  await commitFiles(storage, repo, { other: '1' })
  expect(await storage.ctx.catalogue.listStale(1, 10)).toEqual([])
  await storage.ctx.catalogue.refreshFacts('f'.repeat(24) as typeof repo.id)
})

test('a repo that cannot be read keeps its facts and stops nobody', async () => {
  await using storage = await openTestStorage()
  for (const name of ['a', 'broken', 'headless']) await make(storage, name, { 'README.md': card(`tags: [${name}]`) })
  await storage.db.run({ text: `delete from git_objects g using repos r where r.id = g.repo_id and r.name = 'broken' and g.type = 2` })
  await storage.db.run({ text: `delete from commits c using repos r where r.id = c.repo_id and r.name = 'headless'` })
  await storage.ctx.catalogue.forgetFacts()
  const { store } = composeCatalogue({ db: storage.db, blobBytes: storage.ctx.blobBytes, caches: createObjectCaches(1000), log: SILENT_LOGGER })
  expect(await refreshStale({ catalogue: store, log: SILENT_LOGGER }, new AbortController().signal)).toBe(3)
  for (const name of ['a', 'broken', 'headless']) expect(await ids(storage, { tags: [name] })).toEqual([name])
})

test('a head moved by hand says what it says', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  const first = await commitFiles(storage, repo, { 'README.md': card('tags: [one]') })
  await commitFiles(storage, repo, { 'README.md': card('tags: [two]') })
  await storage.ctx.git.transact(repo.id, (tx) => tx.changeRef({ kind: 'set', name: 'refs/heads/main', from: undefined, to: first }), new AbortController().signal)
  expect(await ids(storage, { tags: ['one'] })).toEqual(['m'])
})

test('large files and links hold no card', async () => {
  await using storage = await openTestStorage()
  const repo = await newRepo(storage, 'm')
  await commit(storage, repo, [lfsLine(storage, repo.id, 'README.md', 'a'.repeat(64), 50), ...await stage(storage, repo.id, { 'config.json': '{"model_type":"x"}' })])
  expect((await rows(storage))[0]?.facts).toMatchObject({ tags: ['transformers', 'x'], wide: { cardJson: undefined } })
})

test('a row that is kept is never an old one', async () => {
  await using storage = await openTestStorage()
  const repo = await make(storage, 'm', { 'README.md': card('tags: [one]') })
  const shown = async (details = NO_DETAILS) => (await listRepos(storage.ctx, ANA, { ...LIST_ALL, details })).rows[0]
  const first = await shown()
  expect((await shown())?.listed).toBe(first?.listed)
  expect((await shown({ ...NO_DETAILS, card: true }))?.facts.wide?.cardJson).toBe('{"tags":["one"]}')
  await createDownloadStore(storage.db).addDownloads(new Map([[repo.id, 3]]), new Date())
  expect((await shown())?.repo.downloads).toBe(3)
  await updateRepoSettings(storage.ctx, ANA, { repo: nameOf(repo), visibility: 'private', gated: 'auto' })
  expect((await shown())?.repo).toMatchObject({ visibility: 'private', gated: 'auto', downloads: 3 })
  expect((await listRepos(storage.ctx, BO, LIST_ALL)).rows).toEqual([])
  await commitFiles(storage, repo, { 'README.md': card('tags: [two]') })
  expect((await shown({ ...NO_DETAILS, card: true }))?.facts).toMatchObject({ tags: ['two'], wide: { cardJson: '{"tags":["two"]}' } })
})

test('rows that change or go between the question which and the question what', async () => {
  await using storage = await openTestStorage()
  for (const name of ['a', 'b', 'c']) await newRepo(storage, name)
  let afterPage: (() => Promise<unknown>) | undefined
  const query: Db['query'] = async (statement) => {
    const rows = await storage.db.query(statement)
    const act = afterPage
    afterPage = undefined
    await act?.()
    return rows as never
  }
  const rows = createListedRows({ query }, { planFor: () => 'walk' })
  const namesOf = async (limit: number) => {
    const page = await rows.list({ ...BASE, limit })
    return [page.rows.map(({ repo }) => `${repo.name} ${repo.likes}`), page.hasMore]
  }
  afterPage = () => storage.db.run({ text: `update repos set likes = 5 where name = 'a'` })
  expect(await namesOf(2)).toEqual([['a 5', 'b 0'], true])
  afterPage = () => storage.db.run({ text: `delete from repos where name = 'c'` })
  expect(await namesOf(3)).toEqual([['a 5', 'b 0'], false])
  await storage.db.run({ text: 'update repos set likes = likes + 1' })
  afterPage = () => storage.db.run({ text: `delete from repos where name = 'a'` })
  expect(await namesOf(1)).toEqual([[], true])
})

test('a page is walked for what many have and gathered for what few have', async () => {
  const rows = Array.from({ length: 1500 }, (_, at) => ({
    path_key: `org/${at % 3 === 0 ? 'bert' : 'gpt'}-${at}`, namespace_key: 'org', namespace_id: 'x', is_public: at % 10 !== 0, is_gated: false, tags: at % 100 === 0 ? ['rare', 'common'] : ['common'], pipeline_tag: null, parameter_count: at,
  }))
  let nowMs = 0
  let asked = 0
  const query = async (statement: { readonly text: string }) => {
    asked += 1
    return (statement.text.includes('count(*)') ? [{ total: 100_000 }] : rows) as never
  }
  const estimate = createListEstimate({ query }, () => nowMs, (error) => { throw error })
  const plan = (filter: Partial<typeof BASE | { search: string[]; tags: string[]; author: string; minParameters: number; visible: unknown }>) => estimate.planFor({ ...BASE, limit: 100, ...filter } as Parameters<typeof estimate.planFor>[0])
  expect([plan({}), plan({ search: ['bert'] })]).toEqual(['walk', 'gather'])
  await expect.poll(() => plan({ search: ['bert'] })).toBe('walk')
  expect([plan({ search: ['bert-77'] }), plan({ search: ['zzz'] }), plan({ tags: ['common'] }), plan({ tags: ['rare'] }), plan({ author: 'ORG' }), plan({ minParameters: 1495 }), plan({ minParameters: 10 })])
    .toEqual(['gather', 'gather', 'walk', 'gather', 'walk', 'gather', 'walk'])
  const before = asked
  nowMs = 6 * 60_000
  expect(plan({ tags: ['common'] })).toBe('walk')
  expect(asked).toBeGreaterThan(before)
})
