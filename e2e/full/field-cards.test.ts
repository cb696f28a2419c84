import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { bytesAt, call, commitFiles, createRepo, fileLine, json, postCommit, type Session } from '../harness/hub-client.ts'
import { startHub, type Hub } from '../harness/hub.ts'

interface Info {
  readonly id: string
  readonly tags: readonly string[]
  readonly cardData?: Readonly<Record<string, unknown>>
  readonly config?: Readonly<Record<string, unknown>>
}

let hub: Hub
let me: Session
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  me = { url: hub.url, token: TOKENS.ana }
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const info = async (id: string): Promise<Info> => json<Info>(await call(me, 'GET', `/api/models/${id}`))
const validate = (content: string, accept = 'application/json'): Promise<Response> =>
  fetch(`${hub.url}/api/validate-yaml`, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify({ content, repoType: 'model' }) })

test('no is a language', async () => {
  const card = '---\nlanguage: [no, en]\ntags: [on, yes, 12:30:00]\ndate: 2024-01-01\nlicense: mit\n---\n# Norsk\n'
  await createRepo(me, 'ana/norsk')
  await commitFiles(me, 'ana/norsk', [{ path: 'README.md', content: Buffer.from(card) }])
  const found = await info('ana/norsk')
  expect(found.cardData).toEqual({ language: ['no', 'en'], tags: ['on', 'yes', '12:30:00'], date: '2024-01-01', license: 'mit' })
  expect(found.tags).toEqual(expect.arrayContaining(['no', 'en', 'on', 'yes', '12:30:00', 'license:mit']))
  for (const tag of found.tags) expect(tag).not.toMatch(/^(?:true|false|null)$|\[object|\{/)
  expect((await json<Info[]>(await call(me, 'GET', '/api/models?filter=no'))).map((one) => one.id)).toEqual(['ana/norsk'])
  expect((await bytesAt(me, '/ana/norsk/resolve/main/README.md')).toString()).toBe(card)
})

describe('shapes of front matter', () => {
  const bombLevels = Array.from({ length: 8 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(', ')}]`)
  const repoFor = async (name: string, card: string): Promise<{ id: string; answer: Response }> => {
    const id = `ana/card-${name}`
    await createRepo(me, id)
    return { id, answer: await postCommit(me, id, { lines: [fileLine('README.md', card)] }) }
  }

  test.each([
    ['ends-at-once', '---\nlicense: mit\n---'], ['crlf', '---\r\nlicense: mit\r\n---\r\n# Title\r\n'], ['bom', '\ufeff---\nlicense: mit\n---\n# Title\n'],
  ])('%s is read', async (name, card) => {
    const { id, answer } = await repoFor(name, card)
    expect(answer.status).toBe(200)
    expect((await info(id)).cardData?.['license']).toBe('mit')
    expect((await bytesAt(me, `/${id}/resolve/main/README.md`)).toString()).toBe(card)
    expect((await validate(card)).status).toBe(200)
  })

  test.each([
    ['indented', '    ---\n    license: mit\n    ---\n'], ['empty-block', '---\n---\n# Title\n'], ['no-block', '# Title\n\n---\n\nlicense: mit\n\n---\n'],
  ])('%s has no metadata, and nothing breaks', async (name, card) => {
    const { id, answer } = await repoFor(name, card)
    expect(answer.status).toBe(200)
    expect((await info(id)).cardData ?? {}).toEqual({})
    expect((await bytesAt(me, `/${id}/resolve/main/README.md`)).toString()).toBe(card)
  })

  test.each([
    ['tab', '---\nlicense: mit\nmore:\n\tkey: 1\n---\n'], ['twice', '---\nlicense: mit\nlicense: apache-2.0\n---\n'],
    ['two-mebibytes', `---\nlicense: mit\n${'# a line of a comment\n'.repeat(100_000)}---\n`], ['bomb', `---\nl0: &l0 [x]\n${bombLevels.join('\n')}\n---\n`], ['cut', '---\nlicense: [mit\n---\n'],
  ])('%s gets one verdict by every way, soon', async (name, card) => {
    const began = performance.now()
    const { id, answer } = await repoFor(name, card)
    const checked = await validate(card)
    expect(performance.now() - began, 'a bound that only a runaway reaches').toBeLessThan(10_000)
    expect([200, 400]).toContain(answer.status)
    expect(checked.status).toBe(answer.status)
    const verdict = (await checked.json()) as { errors: { message: string }[]; warnings: { message: string }[] }
    if (answer.status === 400) {
      expect(verdict.errors.length).toBeGreaterThan(0)
      expect(JSON.stringify(verdict.errors) + (await answer.text())).toMatch(/line \d+|limit|alias/i)
    } else {
      expect(verdict.warnings.length).toBeGreaterThan(0)
      expect((await info(id)).cardData ?? {}).toEqual({})
      expect((await bytesAt(me, `/${id}/resolve/main/README.md`)).toString()).toBe(card)
    }
  })

  test('the check needs no token, and answers in plain text when that is asked for', async () => {
    const refused = await validate('---\nlicense: [\n---\n', 'text/plain')
    expect(refused.status).toBe(400)
    expect(refused.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await refused.text()).not.toContain('{')
  })
})

describe('a config.json that is not JSON', () => {
  const put = async (id: string, name: string, text: string): Promise<void> => {
    await createRepo(me, id)
    await commitFiles(me, id, [{ path: name, content: Buffer.from(text) }])
    expect((await bytesAt(me, `/${id}/resolve/main/${name}`)).toString()).toBe(text)
  }
  const model = '{"model_type":"mamba2","architectures":["M"],"time_step_limit":[0.0, Infinity],"x":NaN,"y":-Infinity}'

  test('Infinity and NaN do not hide the rest, and are not passed on', async () => {
    await put('ana/infinite', 'config.json', model)
    const answer = await (await call(me, 'GET', '/api/models/ana/infinite')).text()
    expect(answer).not.toMatch(/NaN|Infinity/)
    const { config } = JSON.parse(answer) as Info
    expect(config).toMatchObject({ model_type: 'mamba2', architectures: ['M'] })
    JSON.parse(await (await call(me, 'GET', '/api/models?author=ana&full=true&config=true')).text())
    await put('ana/trained', 'trainer_state.json', '{"log_history":[{"loss":NaN}]}')
    expect((await call(me, 'GET', '/api/models/ana/trained')).status).toBe(200)
  })

  test('a byte order mark is no obstacle', async () => {
    await put('ana/bom-config', 'config.json', '\ufeff{"model_type":"bert","architectures":["B"]}')
    expect((await info('ana/bom-config')).config).toMatchObject({ model_type: 'bert' })
  })

  test('one that is cut off leaves the repo without a config, not without an answer', async () => {
    await put('ana/cut-config', 'config.json', model.slice(0, 40))
    expect((await info('ana/cut-config')).config ?? {}).toEqual({})
  })
})
