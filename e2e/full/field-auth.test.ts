import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { call, commitFiles, createRepo, json, type Session } from '../harness/hub-client.ts'
import { hubMain, inheritedEnv, startHub, type Hub } from '../harness/hub.ts'
import { expectOk, needLane, openLane, run, type LaneName } from '../harness/python.ts'

let hub: Hub
let dir: string
let me: Session
let bo: Session
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  dir = await mkdtemp(join(tmpdir(), 'hearth-auth-'))
  me = { url: hub.url, token: TOKENS.ana }
  bo = { url: hub.url, token: TOKENS.bo }
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

describe('white space around a token', () => {
  beforeAll(async () => {
    await createRepo(me, 'ana/open')
    await commitFiles(me, 'ana/open', [{ path: 'a.txt', content: Buffer.from('a') }])
  })
  const whoami = (authorization: string): Promise<Response> => fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization } })

  test.each([['lower case', `bearer ${TOKENS.ana}`], ['two spaces', `Bearer  ${TOKENS.ana}`], ['a space behind it', `Bearer ${TOKENS.ana} `]])('%s is accepted', async (_what, header) => {
    expect((await (await whoami(header)).json()) as { name: string }).toMatchObject({ name: 'ana' })
  })

  test('a bearer without a token reads what is public, or is told that it is bad', async () => {
    const answer = await fetch(`${hub.url}/ana/open/resolve/main/a.txt`, { headers: { authorization: 'Bearer ' } })
    if (answer.status !== 200) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('x-error-message')).toBe('Invalid credentials in Authorization header')
    }
    expect((await whoami('Bearer ')).status).toBe(401)
  })

  test.each([['a final newline', `${TOKENS.bo}\n`], ['CR LF and a BOM', `\ufeff${TOKENS.bo}\r\n`]])('a bootstrap file whose token has %s is trimmed, or refused by name', async (what, value) => {
    const bootstrap = { users: [{ name: 'cleo', tokens: [{ name: 't', value, role: 'write' }] }] }
    const path = join(dir, `${what.length}.json`)
    await writeFile(path, JSON.stringify(bootstrap))
    const checked = await run([...hubMain(), '--check-config'], { ...inheritedEnv(), HEARTH_DATA_DIR: join(dir, 'never'), HEARTH_BOOTSTRAP_FILE: path }, 30_000)
    if (checked.code !== 0) return expect(checked.stderr).toContain('cleo')
    await using fresh = await startHub({ bootstrap })
    expect((await json<{ name: string }>(await call({ url: fresh.url, token: TOKENS.bo }, 'GET', '/api/whoami-v2'))).name).toBe('cleo')
  })

  test.for(['a', 'b', 'c'] as const satisfies LaneName[])('lane %s works with a newline behind HF_TOKEN, and is anonymous with an empty one', async (name, { skip }) => {
    needLane(name, skip)
    await using lane = await openLane(name, { endpoint: hub.url })
    const who = 'from huggingface_hub import HfApi; print(HfApi().whoami()["name"])'
    expect(expectOk(await lane.exec('python', ['-c', who], { HF_TOKEN: `${TOKENS.ana}\n` })).stdout.trim()).toBe('ana')
    expectOk(await lane.exec('python', ['-c', 'from huggingface_hub import hf_hub_download as get; get("ana/open", "a.txt")'], { HF_TOKEN: '' }))
  })
})

describe('a client that follows no Link and drops odd tokens', () => {
  test('tokens are hf_ and 34 or more letters and digits, whoever makes them', async () => {
    const values: string[] = []
    for (let index = 0; index < 10; index += 1) {
      const mine = await call(me, 'POST', '/api/settings/tokens', JSON.stringify({ displayName: `own ${index}`, role: 'read' }))
      const given = await call({ url: hub.url, token: TOKENS.admin }, 'POST', '/api/admin/users/bo/tokens', JSON.stringify({ displayName: `given ${index}`, role: 'read' }))
      values.push((await json<{ value: string }>(mine)).value, (await json<{ value: string }>(given)).value)
    }
    expect(new Set(values).size).toBe(20)
    for (const value of values) expect(/^hf_[A-Za-z0-9]{34,253}$/.test(value)).toBe(true)
  })

  test('three requests find and fetch a file among 400 of a private repo', async () => {
    await createRepo(me, 'ana/priv', { private: true })
    const content = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)])
    await commitFiles(me, 'ana/priv', Array.from({ length: 399 }, (_, index) => ({ path: `priv-Q4_K_M-${String(index).padStart(5, '0')}.gguf`, content })))
    const { branches } = await json<{ branches: { name: string; targetCommit: string }[] }>(await call(me, 'GET', '/api/models/ana/priv/refs'))
    const head = branches.find((one) => one.name === 'main')?.targetCommit
    expect(head).toMatch(/^[0-9a-f]{40}$/)
    const page = await json<{ path: string; oid: string }[]>(await call(me, 'GET', `/api/models/ana/priv/tree/${head}?recursive=true`))
    expect(page).toHaveLength(400)
    for (const entry of page) expect(entry.oid).toMatch(/^[0-9a-f]{40}$/)
    const file = await call(me, 'GET', `/ana/priv/resolve/main/${page.at(-1)?.path}`)
    expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true)
  })
})

describe('allowed as a person, not with this token', () => {
  const repo = 'ana/gated'
  const file = `/datasets/${repo}/resolve/main/rows.csv`
  const tokenOf = async (canReadGatedRepos: boolean): Promise<string> => {
    const body = { displayName: `gated ${canReadGatedRepos}`, role: 'fineGrained', fineGrained: { canReadGatedRepos, scoped: [{ entity: { type: 'user', name: 'bo' }, permissions: ['repo.content.read'] }] } }
    return (await json<{ value: string }>(await call(bo, 'POST', '/api/settings/tokens', JSON.stringify(body)))).value
  }
  const get = (token: string | undefined): Promise<Response> => call({ url: hub.url, ...(token === undefined ? {} : { token }) }, 'GET', file)

  beforeAll(async () => {
    await createRepo(me, repo, { type: 'dataset' })
    const lines = [{ key: 'header', value: { summary: 'rows', description: '' } }, { key: 'file', value: { path: 'rows.csv', content: Buffer.from('a\n1\n').toString('base64'), encoding: 'base64' } }]
    await json(await call(me, 'POST', `/api/datasets/${repo}/commit/main`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'application/x-ndjson'))
    await json(await call(me, 'PUT', `/api/datasets/${repo}/settings`, JSON.stringify({ gated: 'manual' })))
    await json(await call(me, 'POST', `/api/datasets/${repo}/user-access-request/grant`, JSON.stringify({ user: 'bo' })))
  })

  test('each refusal says what is missing, and only what is missing', async () => {
    const answers = [await get(undefined), await get(await tokenOf(false)), await get(await tokenOf(true)), await get(TOKENS.member)]
    expect(answers.map((answer) => answer.status)).toEqual([401, 403, 200, 403])
    const refusals = answers.filter((answer) => answer.status !== 200)
    expect(refusals.map((answer) => answer.headers.get('x-error-code'))).toEqual(['GatedRepo', 'GatedRepo', 'GatedRepo'])
    const texts = await Promise.all(refusals.map(async (answer) => ((await answer.json()) as { error: string }).error))
    expect(new Set(texts).size).toBe(3)
    expect(texts[0]).toMatch(/log ?in|authenticated/i)
    expect(texts[1]).toMatch(/token/i)
    expect(texts[2]).toContain(`/datasets/${repo}`)
    const found = await json<{ private: boolean; gated: string }>(await call({ url: hub.url }, 'GET', `/api/datasets/${repo}`))
    expect(found).toMatchObject({ private: false, gated: 'manual' })
  })

  test('a user let in after a refusal comes in at once, with the same client', { timeout: 60_000 }, async ({ skip }) => {
    expect((await get(TOKENS.member)).status).toBe(403)
    await json(await call(me, 'POST', `/api/datasets/${repo}/user-access-request/grant`, JSON.stringify({ user: 'mem' })))
    await expect.poll(async () => (await get(TOKENS.member)).status, { timeout: 5000 }).toBe(200)
    needLane('datasets-a', skip)
    await using lane = await openLane('datasets-a', { endpoint: hub.url, token: TOKENS.member, env: { HF_UPDATE_DOWNLOAD_COUNTS: '0' } })
    expectOk(await lane.exec('python', ['-c', `from datasets import load_dataset; assert load_dataset("${repo}", split="train").num_rows == 1`]))
  })
})
