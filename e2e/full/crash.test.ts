import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { call, commitFiles, createRepo, uploadLarge, type CommitFile, type Session } from '../harness/hub-client.ts'
import { inheritedEnv, ROOT, startHub, type Hub } from '../harness/hub.ts'
import { processTree } from '../harness/processes.ts'
import { run } from '../harness/python.ts'
import { seededRandom, type SeededRandom } from '../harness/seeded-random.ts'

const KILLS = Number(process.env['HEARTH_E2E_KILLS'] ?? 50)
const WRITERS = 4
const SEED = 20261125

/** What a writer was told is safe: the commit, and the file that it brought. */
interface Acknowledged {
  readonly repo: string
  readonly oid: string
  readonly path: string
  readonly sha256: string
}

let dir: string
beforeAll(async () => { dir = await mkdtemp(join(tmpdir(), 'hearth-crash-')) })
afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

test(`${KILLS} times SIGKILL under uploads and commits: nothing acknowledged is lost`, { timeout: 25 * 60_000 }, async () => {
  const random = seededRandom(SEED)
  const acknowledged: Acknowledged[] = []
  const repos = Array.from({ length: WRITERS }, (_, index) => `ana/crash-${index}`)
  let hub = await startHub({ dataDir: dir, bootstrap: BOOTSTRAP })
  for (const repo of repos) await createRepo({ url: hub.url, token: TOKENS.ana }, repo)

  for (let round = 0; round < KILLS; round += 1) {
    const stop = new AbortController()
    const session = { url: hub.url, token: TOKENS.ana }
    const fresh: Acknowledged[] = []
    const writers = repos.map((repo) => writeUntilKilled({ session, repo, random, stop: stop.signal, done: (one) => fresh.push(one) }))
    await delay(150 + random.below(700))
    await killEverything(hub, round % 2 === 0)
    stop.abort()
    await Promise.all(writers)
    acknowledged.push(...fresh)
    hub = await startHub({ dataDir: dir, bootstrap: BOOTSTRAP })
    await expectPresent({ url: hub.url, token: TOKENS.ana }, fresh)
  }

  await expectPresent({ url: hub.url, token: TOKENS.ana }, acknowledged)
  expect(await hub.stop()).toBe(0)
  expect(acknowledged.length).toBeGreaterThan(KILLS)
  console.info(`${KILLS} kills, ${acknowledged.length} acknowledged commits, 0 lost`)
  await expectCleanExport(repos.length)
})

interface Writer {
  readonly session: Session
  readonly repo: string
  readonly random: SeededRandom
  readonly stop: AbortSignal
  readonly done: (one: Acknowledged) => void
}

async function writeUntilKilled(writer: Writer): Promise<void> {
  while (!writer.stop.aborted) {
    const isLarge = writer.random.below(4) === 0
    const content = randomBytes(isLarge ? 200_000 + writer.random.below(4_000_000) : 20 + writer.random.below(60_000))
    const path = `f-${content.subarray(0, 6).toString('hex')}${isLarge ? '.bin' : '.txt'}`
    try {
      const file: CommitFile = isLarge ? { path, lfs: await uploadLarge(writer.session, writer.repo, content) } : { path, content }
      const oid = await commitFiles(writer.session, writer.repo, [file])
      writer.done({ repo: writer.repo, oid, path, sha256: createHash('sha256').update(content).digest('hex') })
    } catch {
      if (writer.stop.aborted) return
      await delay(20)
    }
  }
}

async function killEverything(hub: Hub, isDatabaseToo: boolean): Promise<void> {
  const tree = isDatabaseToo ? await processTree(hub.pid) : []
  for (const pid of tree.filter((one) => one !== hub.pid)) {
    try { process.kill(pid, 'SIGKILL') } catch { /* already gone */ }
  }
  await hub.kill()
}

/** Every commit is reachable from main, and its file has its bytes at that commit. */
async function expectPresent(session: Session, expected: readonly Acknowledged[]): Promise<void> {
  for (const repo of new Set(expected.map((one) => one.repo))) {
    const reachable = await commitIds(session, repo)
    for (const one of expected.filter((each) => each.repo === repo)) expect(reachable, `${repo} ${one.oid}`).toContain(one.oid)
  }
  for (const one of expected) {
    const answer = await call(session, 'GET', `/${one.repo}/resolve/${one.oid}/${one.path}`)
    expect(answer.status, `${one.repo} ${one.path}`).toBe(200)
    expect(createHash('sha256').update(Buffer.from(await answer.arrayBuffer())).digest('hex')).toBe(one.sha256)
  }
}

async function commitIds(session: Session, repo: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (let path: string | undefined = `/api/models/${repo}/commits/main?limit=1000`; path !== undefined;) {
    const answer = await call(session, 'GET', path)
    expect(answer.status).toBe(200)
    for (const commit of (await answer.json()) as { id: string }[]) found.add(commit.id)
    const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
    path = next === undefined ? undefined : next.slice(session.url.length)
  }
  return found
}

async function expectCleanExport(atLeast: number): Promise<void> {
  const target = join(dir, 'export')
  const main = join(ROOT, 'services', 'all-in-one', 'src', 'main.ts')
  const env = { ...inheritedEnv(), HEARTH_DATA_DIR: join(dir, 'data'), HEARTH_LOG_LEVEL: 'warn' }
  const done = await run([join(ROOT, 'node_modules', '.bin', 'node'), main, 'export', target], env, 300_000)
  expect(done.code, done.stderr).toBe(0)
  const bare = (await readdir(target, { recursive: true })).filter((name) => name.endsWith('.git'))
  expect(bare.length).toBeGreaterThanOrEqual(atLeast)
  for (const name of bare) {
    const fsck = await run(['git', '-C', join(target, name), 'fsck', '--strict', '--full'], { ...inheritedEnv(), GIT_CONFIG_GLOBAL: '/dev/null' }, 120_000)
    expect(fsck.code, `${name}: ${fsck.stdout}${fsck.stderr}`).toBe(0)
    expect(fsck.stderr).not.toMatch(/missing|broken|error/)
  }
}
