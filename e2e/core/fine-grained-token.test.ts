import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { call, createRepo, type Session } from '../harness/hub-client.ts'
import { hasLane, openLane, type LaneName } from '../harness/python.ts'

const LANES: readonly LaneName[] = ['a', 'b', 'c']

interface MadeToken {
  readonly _id: string
  readonly value: string
}

/** Reads one private repo and opens pull requests on it, nothing else. */
async function makeToken(owner: Session, repo: string): Promise<MadeToken> {
  const fineGrained = { scoped: [{ entity: { type: 'model', name: repo }, permissions: ['repo.content.read', 'discussion.write'] }] }
  const made = await call(owner, 'POST', '/api/settings/tokens', JSON.stringify({ displayName: 'proposals', role: 'fineGrained', fineGrained }))
  expect(made.status, await made.clone().text()).toBe(200)
  return made.json() as Promise<MadeToken>
}

describe.each(LANES.filter(hasLane))('a fine-grained token in lane %s', (name) => {
  let hub: Hub
  let owner: Session
  let token: MadeToken
  beforeAll(async () => {
    hub = await startHub({ bootstrap: BOOTSTRAP })
    owner = { url: hub.url, token: TOKENS.ana }
    for (const repo of ['ana/proposals', 'ana/secret']) await createRepo(owner, repo, { private: true })
    token = await makeToken(owner, 'ana/proposals')
  })
  afterAll(async () => { await hub[Symbol.asyncDispose]() })

  test('reads and proposes, is refused by the name of the right, and sees nothing else', { timeout: 60_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url, token: token.value })
    const done = await lane.python('fine_grained.py', [], { WRITE_TOKEN: TOKENS.ana })
    expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0)
  })

  test('proposes by the command line, and stops working when it is revoked', { timeout: 60_000 }, async () => {
    await using lane = await openLane(name, { endpoint: hub.url, token: token.value })
    const folder = await mkdtemp(join(tmpdir(), 'hearth-fine-'))
    const file = join(folder, 'more.txt')
    await writeFile(file, 'more\n')
    const refused = await lane.hf(['upload', 'ana/proposals', file])
    expect(refused.code).not.toBe(0)
    expect(refused.stdout + refused.stderr).toMatch(/repo\.write/)
    const proposed = await lane.hf(['upload', 'ana/proposals', file, '--create-pr'])
    expect(proposed.code, `${proposed.stdout}\n${proposed.stderr}`).toBe(0)
    expect((await call(owner, 'DELETE', `/api/settings/tokens/${token._id}`)).status).toBe(200)
    const gone = await lane.hf(['auth', 'whoami'])
    expect(gone.code).not.toBe(0)
    expect(gone.stdout + gone.stderr).toMatch(/invalid/i)
    await rm(folder, { recursive: true })
  })
})
