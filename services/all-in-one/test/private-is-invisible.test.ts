import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitBody, createRepo, fileLine, send, sendOk, type Client } from './hub-client.ts'
import { startTestHub, type TestHub } from './test-hub.ts'

/*
 * What nobody outside may see leaves no trace: every list, search, count, page and error is, byte for byte, what it was before
 * the private repos were there.
 */
const token = (name: string): string => `hf_${name.padEnd(34, 'x')}`
const user = (name: string): object => ({ name, fullname: name, email: `${name}@example.org`, tokens: [{ name: 'w', value: token(name), role: 'write' }] })
const BOOTSTRAP = {
  users: ['ana', 'stranger', 'reader'].map(user),
  orgs: [{ name: 'team', fullname: 'Team', members: [{ user: 'ana', role: 'admin' }, { user: 'reader', role: 'read' }] }],
  aliases: [{ type: 'model', from: 'shortcut', to: 'team/zebra-model' }],
}
const MARK = /zebra/i
const CARD = '---\ntags: [zebra-tag]\nlicense: zebra-licence\nlanguage: zu\nbase_model: team/open\ndatasets: [team/zebra-data]\npipeline_tag: fill-mask\nlibrary_name: zebra-lib\n---\n# zebra\n'

/** Everything that tells of repos without naming a private one, and questions after its name. */
const QUESTIONS = [
  ...['models', 'datasets', 'spaces'].flatMap((kind) => [
    `/api/${kind}`, `/api/${kind}?author=team`, `/api/${kind}?search=zebra`, `/api/${kind}?filter=zebra-tag`, `/api/${kind}?full=true&sort=createdAt`, `/api/${kind}?sort=trendingScore&limit=1`,
    `/api/${kind}/team/zebra-${kind.slice(0, -1)}`, `/api/${kind}/team/ZEBRA-${kind.slice(0, -1)}`, `/api/${kind}/team/zebra-old`,
  ]),
  '/api/models?library=zebra-lib', '/api/models?pipeline_tag=fill-mask', '/api/models?filter=dataset:team/zebra-data', '/api/models?filter=base_model:team/open', '/api/models?num_parameters=min:1',
  '/api/models/team/open?expand=childrenModelCount&expand=spaces&expand=downloads', '/api/models/team/open', '/api/models-tags-by-type', '/api/datasets-tags-by-type',
  '/api/organizations/team/overview', '/api/organizations/team/members', '/api/users/ana/overview', '/api/users/stranger/overview',
  '/api/models/shortcut', '/shortcut/resolve/main/README.md', '/team/zebra-model/resolve/main/README.md', '/team/zebra-model/raw/main/README.md', '/team/zebra-model', '/datasets/team/zebra-dataset',
  '/api/models/team/zebra-model/tree/main', '/api/models/team/zebra-model/refs', '/api/models/team/zebra-model/commits/main', '/api/models/team/zebra-model/revision/main', '/api/models/team/zebra-model/auth-check',
  '/team/open', '/', '/metrics', '/healthz',
] as const

let hub: TestHub
let ana: Client

beforeAll(async () => {
  hub = await startTestHub(BOOTSTRAP)
  ana = { url: hub.url, token: token('ana') }
  await createRepo(ana, 'models', 'team/open')
  await commitTo('models', 'team/open', '# open\n')
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

async function commitTo(kind: string, id: string, card: string): Promise<void> {
  await sendOk(ana, 'POST', `/api/${kind}/${id}/commit/main`, commitBody([fileLine('README.md', card), fileLine('config.json', '{"model_type":"bert"}')]))
}

/** Status, the headers that say something, and the body of each answer; what changes with time or request is left out. */
async function askAll(client: Client): Promise<Readonly<Record<string, string>>> {
  const seen: Record<string, string> = {}
  for (const path of QUESTIONS) {
    const answer = await send(client, 'GET', path)
    const told = ['x-error-code', 'x-error-message', 'location', 'link', 'x-repo-commit', 'x-total-count'].map((name) => `${name}: ${answer.headers.get(name) ?? ''}`)
    const body = path === '/metrics' ? (await answer.text()).split('\n').filter((line) => MARK.test(line)).join('\n') : await answer.text()
    seen[path] = [answer.status, ...told, body].join('\n').replaceAll(/"downloads(AllTime)?":\d+|"trendingScore":\d+/g, '"count":0')
  }
  return seen
}

test('lists, searches, counts, pages and errors are the same with and without private repos', { timeout: 60_000 }, async () => {
  const outsiders = [{ url: hub.url, token: undefined }, { url: hub.url, token: token('stranger') }]
  const before = [await askAll(outsiders[0] ?? ana), await askAll(outsiders[1] ?? ana)]
  for (const kind of ['models', 'datasets', 'spaces'] as const) {
    await createRepo(ana, kind, `team/zebra-${kind.slice(0, -1)}`, { private: true })
    await commitTo(kind, `team/zebra-${kind.slice(0, -1)}`, CARD)
    await createRepo(ana, kind, 'team/zebra-old', { private: true })
    await sendOk(ana, 'POST', '/api/repos/move', { body: JSON.stringify({ fromRepo: 'team/zebra-old', toRepo: 'team/zebra-new', type: kind.slice(0, -1) }) })
  }
  const after = [await askAll(outsiders[0] ?? ana), await askAll(outsiders[1] ?? ana)]
  for (const path of QUESTIONS) {
    expect(after[0]?.[path], `anonymous ${path}`).toBe(before[0]?.[path])
    expect(after[1]?.[path], `stranger ${path}`).toBe(before[1]?.[path])
  }
  const member = await askAll({ url: hub.url, token: token('reader') })
  expect(member['/api/models?search=zebra']).toMatch(MARK)
  expect(member['/api/models/shortcut']).toMatch(/^307/)
})

test('a name that is taken by a private repo answers a stranger as a free one', async () => {
  const stranger = { url: hub.url, token: token('stranger') }
  const asked = async (name: string): Promise<string> => {
    const answers = [
      await send(stranger, 'POST', '/api/repos/create', { body: JSON.stringify({ name, organization: 'team', type: 'model' }) }),
      await send(stranger, 'DELETE', '/api/repos/delete', { body: JSON.stringify({ name, organization: 'team', type: 'model' }) }),
      await send(stranger, 'POST', '/api/repos/move', { body: JSON.stringify({ fromRepo: `team/${name}`, toRepo: 'stranger/x', type: 'model' }) }),
      await send(stranger, 'POST', '/api/models/team/open/duplicate', { body: JSON.stringify({ repository: `team/${name}` }) }),
      await send(stranger, 'PUT', `/api/models/team/${name}/settings`, { body: '{"private":false}' }),
      await send(stranger, 'POST', `/team/${name}.git/info/lfs/objects/batch`, { body: JSON.stringify({ operation: 'download', objects: [{ oid: 'ab'.repeat(32), size: 1 }] }), type: 'application/vnd.git-lfs+json' }),
    ]
    return (await Promise.all(answers.map(async (answer) => `${answer.status} ${answer.headers.get('x-error-code')} ${await answer.text()}`))).join('\n').replaceAll(name, '<name>')
  }
  expect(await asked('zebra-model')).toBe(await asked('quagga-model'))
})
