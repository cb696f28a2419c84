import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { BOOTSTRAP, TOKENS } from './accounts.ts'
import { call, commitFiles, createRepo, uploadLarge, type CommitFile, type Session } from './hub-client.ts'
import { startHub, type Hub } from './hub.ts'
import { processTree } from './processes.ts'
import { seededRandom, type SeededRandom } from './seeded-random.ts'
import { expectCleanExport, expectWholeRepo, pagesOf } from './whole-repos.ts'

const WRITERS = 4
const SEED = 20261125

/** What a writer was told is safe: the commit, and the file that it brought. */
interface Acknowledged {
  readonly repo: string
  readonly oid: string
  readonly path: string
  readonly sha256: string
}

/** Kills the hub, every second time with its database, in the middle of uploads and commits, and checks that nothing acknowledged is lost. */
export async function killUnderLoad(dir: string, kills: number): Promise<void> {
  const random = seededRandom(SEED)
  const acknowledged: Acknowledged[] = []
  const repos = Array.from({ length: WRITERS }, (_, index) => `ana/crash-${index}`)
  let hub = await startHub({ dataDir: dir, bootstrap: BOOTSTRAP })
  for (const repo of repos) await createRepo({ url: hub.url, token: TOKENS.ana }, repo)

  for (let round = 0; round < kills; round += 1) {
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
  for (const repo of repos) await expectWholeRepo({ url: hub.url, token: TOKENS.ana }, repo)
  expect(await hub.stop()).toBe(0)
  expect(acknowledged.length).toBeGreaterThan(kills)
  console.info(`${kills} kills, ${acknowledged.length} acknowledged commits, 0 lost`)
  await expectCleanExport(dir, repos.length)
}

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
    const content = randomBytes(isLarge ? 200_000 + writer.random.below(4_000_000) : 20 + writer.random.below(writer.random.below(4) === 0 ? 400_000 : 60_000))
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
    const reachable = new Set((await pagesOf<{ readonly id: string }>(session, `/api/models/${repo}/commits/main?limit=1000`)).map((commit) => commit.id))
    for (const one of expected.filter((each) => each.repo === repo)) expect(reachable, `${repo} ${one.oid}`).toContain(one.oid)
  }
  for (const one of expected) {
    const answer = await call(session, 'GET', `/${one.repo}/resolve/${one.oid}/${one.path}`)
    expect(answer.status, `${one.repo} ${one.path}`).toBe(200)
    expect(createHash('sha256').update(Buffer.from(await answer.arrayBuffer())).digest('hex')).toBe(one.sha256)
  }
}
