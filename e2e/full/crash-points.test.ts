import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { call, commitFiles, createRepo, HubStatusError, uploadLarge, type Session } from '../harness/hub-client.ts'
import { ROOT, startHub, type Hub } from '../harness/hub.ts'
import { expectCleanExport, expectWholeRepo } from '../harness/whole-repos.ts'

const ROUNDS = 5
/** Above the size up to which the hub takes an object in one PUT. */
const MULTIPART_BYTES = 134_300_000

/** One kind of change that passes named places, and what is seen of it when the process died at one of them. */
interface Scenario {
  /** Ends in `before` when nothing of the change may be visible after the crash, in `after` when all of it must be. */
  readonly points: Readonly<Record<string, 'before' | 'after'>>
  /** Done while no crash point is set. */
  prepare(session: Session, name: string): Promise<void>
  /** The change itself, as a client makes it; made again after the crash it has to succeed. */
  act(session: Session, name: string, round: number): Promise<void>
  /** What is visible of the change. */
  look(session: Session, name: string, round: number): Promise<'before' | 'after'>
}

const repoOf = (name: string, round: number): string => `${name}-${round}`
const statusOf = async (session: Session, path: string): Promise<number> => (await call(session, 'HEAD', path)).status
const seenAs = (isThere: boolean): 'before' | 'after' => (isThere ? 'after' : 'before')
const large = randomBytes(MULTIPART_BYTES)

/** Bytes that are new for each name and round. */
function bytesFor(name: string, round: number, size: number): Buffer {
  return Buffer.concat([createHash('sha512').update(`${name} ${round}`).digest(), large.subarray(0, size)])
}

async function isFile(session: Session, repo: string, path: string): Promise<boolean> {
  return (await statusOf(session, `/${repo}/resolve/main/${path}`)) === 200
}

const createOnce = async (session: Session, name: string): Promise<void> => createRepo(session, name)
const settings = (session: Session, repo: string): Promise<Response> => call(session, 'PUT', `/api/models/${repo}/settings`, JSON.stringify({ private: true }))

async function expectDone(answer: Response, ...also: number[]): Promise<void> {
  if (!answer.ok && !also.includes(answer.status)) throw new HubStatusError(answer.status, await answer.text())
}

async function createEach(session: Session, name: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await createRepo(session, repoOf(name, round))
}

/** By its old name, which has to lead to the new one. */
async function movedTo(session: Session, name: string, round: number): Promise<'before' | 'after'> {
  const { id } = (await (await call(session, 'GET', `/api/models/${repoOf(name, round)}`)).json()) as { id: string }
  return seenAs(id === `${repoOf(name, round)}-moved`)
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a large object in one piece': {
    points: { 'object.after-blob-before-row': 'before', 'before-commit.object.stored': 'before', 'object.after-row-before-answer': 'before' },
    prepare: createOnce,
    async act(session, name, round) {
      const lfs = await uploadLarge(session, name, bytesFor(name, round, 1_000_000))
      await commitFiles(session, name, [{ path: `${round}.bin`, lfs }])
    },
    look: async (session, name, round) => seenAs(await isFile(session, name, `${round}.bin`)),
  },
  'a large object in parts': {
    points: { 'upload.after-part-before-row': 'before', 'upload.after-publish-before-row': 'before' },
    prepare: createOnce,
    // One object for all rounds: each goes on where the one before died.
    async act(session, name) {
      const lfs = await uploadLarge(session, name, bytesFor(name, 0, MULTIPART_BYTES))
      await commitFiles(session, name, [{ path: 'parts.bin', lfs }])
    },
    look: async (session, name) => seenAs(await isFile(session, name, 'parts.bin')),
  },
  'the end of an upload in parts': {
    points: { 'upload.after-row-before-drop': 'before' },
    prepare: createOnce,
    async act(session, name, round) {
      const lfs = await uploadLarge(session, name, bytesFor(name, round, MULTIPART_BYTES))
      await commitFiles(session, name, [{ path: `${round}.bin`, lfs }])
    },
    look: async (session, name, round) => seenAs(await isFile(session, name, `${round}.bin`)),
  },
  'a commit': {
    points: {
      'staging.after-bytes-before-rows': 'before', 'staging.after-rows-before-answer': 'before', 'commit.after-objects-before-ref': 'before',
      'before-commit.ref.moved': 'before', 'commit.after-transaction-before-answer': 'after',
    },
    prepare: createOnce,
    async act(session, name, round) {
      await commitFiles(session, name, [{ path: `${round}.txt`, content: Buffer.from(`${round}\n`) }, { path: `deep/${round}.txt`, content: bytesFor(name, round, 400_000) }])
    },
    look: async (session, name, round) => seenAs(await isFile(session, name, `${round}.txt`)),
  },
  'a new repo': {
    points: { 'before-commit.repo.created': 'before', 'repo.after-created-before-answer': 'after' },
    prepare: async () => undefined,
    async act(session, name, round) {
      await createRepo(session, repoOf(name, round)).catch((error: unknown) => {
        if (!(error instanceof HubStatusError && error.status === 409)) throw error
      })
    },
    look: async (session, name, round) => seenAs((await statusOf(session, `/api/models/${repoOf(name, round)}`)) === 200),
  },
  'a change of settings': {
    points: { 'before-commit.repo.updated': 'before', 'repo.after-updated-before-answer': 'after' },
    prepare: createEach,
    act: async (session, name, round) => expectDone(await settings(session, repoOf(name, round))),
    look: async (session, name, round) => seenAs((await statusOf({ url: session.url }, `/api/models/${repoOf(name, round)}`)) === 401),
  },
  'a move': {
    points: { 'before-commit.repo.moved': 'before', 'repo.after-moved-before-answer': 'after' },
    prepare: createEach,
    async act(session, name, round) {
      if ((await movedTo(session, name, round)) === 'after') return
      await expectDone(await call(session, 'POST', '/api/repos/move', JSON.stringify({ fromRepo: repoOf(name, round), toRepo: `${repoOf(name, round)}-moved`, type: 'model' })))
    },
    look: movedTo,
  },
  'a deletion': {
    points: { 'before-commit.repo.deleted': 'before', 'repo.after-deleted-before-answer': 'after' },
    prepare: createEach,
    async act(session, name, round) {
      const [organization, repo] = repoOf(name, round).split('/')
      await expectDone(await call(session, 'DELETE', '/api/repos/delete', JSON.stringify({ name: repo, organization })), 404)
    },
    look: async (session, name, round) => seenAs((await statusOf(session, `/api/models/${repoOf(name, round)}`)) === 404),
  },
}

let dir: string
beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'hearth-points-')) })
afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

const start = (point?: string): Promise<Hub> => startHub({ dataDir: dir, bootstrap: BOOTSTRAP, ...(point === undefined ? {} : { env: { HEARTH_STORAGE_CRASH_POINT: point } }) })
const sessionOf = (hub: Hub): Session => ({ url: hub.url, token: TOKENS.ana })
const nameOf = (point: string): string => `ana/${point.replaceAll('.', '-')}`

test('every named place is tried here', async () => {
  const documented = (await readFile(join(ROOT, 'docs', 'reliability.md'), 'utf8')).matchAll(/^\| `([a-z-]+(?:\.[a-z-]+)+)` \|/gm)
  expect([...documented].map(([, name]) => name).toSorted()).toEqual(Object.values(SCENARIOS).flatMap((scenario) => Object.keys(scenario.points)).toSorted())
})

describe.each(Object.entries(SCENARIOS))('%s', (_title, scenario) => {
  test.each(Object.entries(scenario.points))(`killed ${ROUNDS} times at %s`, { timeout: 300_000 }, async (point, expected) => {
    const name = nameOf(point)
    {
      await using hub = await start()
      await scenario.prepare(sessionOf(hub), name)
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      await using hub = await start(point)
      if (round > 0) expect(await scenario.look(sessionOf(hub), name, round - 1)).toBe(expected)
      await expect(scenario.act(sessionOf(hub), name, round)).rejects.toThrow(/fetch failed|other side closed|terminated/)
      expect(await hub.died()).toBe('SIGKILL')
    }
    await using hub = await start()
    expect(await scenario.look(sessionOf(hub), name, ROUNDS - 1)).toBe(expected)
    for (let round = 0; round < ROUNDS; round += 1) {
      await scenario.act(sessionOf(hub), name, round)
      expect(await scenario.look(sessionOf(hub), name, round)).toBe('after')
    }
  })
})

test('in the end every ref names what is there, and git finds nothing wrong', { timeout: 300_000 }, async () => {
  {
    await using hub = await start()
    const repos = (await (await call(sessionOf(hub), 'GET', '/api/models?author=ana&limit=1000')).json()) as { id: string }[]
    expect(repos.length).toBeGreaterThanOrEqual(20)
    for (const { id } of repos) await expectWholeRepo(sessionOf(hub), id)
  }
  await expectCleanExport(dir, 20)
})
