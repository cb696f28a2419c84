import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { commitFiles, createRepo, uploadLargeFile, type Session } from '../e2e/harness/hub-client.ts'
import { inheritedEnv, type Hub } from '../e2e/harness/hub.ts'
import { cpuSeconds, processTree } from '../e2e/harness/processes.ts'
import { run } from '../e2e/harness/python.ts'
import { median, verdictOf, type Row } from './measure.ts'
import { startNginx } from './peers.ts'

const SIZE = 2 * 1024 ** 3
const ROUNDS = 7
const GIB = SIZE / 1024 ** 3

interface Server {
  readonly url: string
  readonly pids: readonly number[]
}

interface Sample {
  readonly wall: number
  readonly cpu: number
}

/** GET of a 2 GiB file beside nginx sendfile on the same file, one connection and 8 ranges, alternating rounds. */
export async function benchLargeGet(hub: Hub, session: Session, work: string): Promise<Row[]> {
  const file = join(work, 'nginx', 'two-gib.bin')
  await mkdir(join(work, 'nginx'), { recursive: true })
  await chmod(work, 0o755)
  const oid = await writeRandom(file)
  await createRepo(session, 'ana/bench-large')
  const lfs = await uploadLargeFile(session, 'ana/bench-large', { path: file, oid, size: SIZE })
  await commitFiles(session, 'ana/bench-large', [{ path: 'two-gib.bin', lfs }])
  const peer = await startNginx(join(work, 'nginx'))
  const nginx: Server = { url: `${peer.url}/two-gib.bin`, pids: await processTree(peer.pid) }
  try {
    const hearth: Server = { url: await dataUrl(session), pids: await processTree(hub.pid) }
    return [await compare('GET 2 GiB, 1 connection', 1, [hearth, nginx]), await compare('GET 2 GiB, 8 ranges', 8, [hearth, nginx])]
  } finally {
    peer.stop()
  }
}

async function compare(what: string, ranges: number, [hearth, nginx]: readonly [Server, Server]): Promise<Row> {
  const ours: Sample[] = []
  const theirs: Sample[] = []
  await drain(hearth, ranges)
  await drain(nginx, ranges)
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await drain(hearth, ranges))
    theirs.push(await drain(nginx, ranges))
  }
  const line = (samples: readonly Sample[]): { speed: number; cpu: number } => ({
    speed: SIZE / 1e6 / median(samples.map((one) => one.wall)), cpu: median(samples.map((one) => one.cpu)) / GIB,
  })
  const [a, b] = [line(ours), line(theirs)]
  const show = (one: { speed: number; cpu: number }): string => `${one.speed.toFixed(0)} MB/s, ${one.cpu.toFixed(2)} CPU-s/GiB`
  return { what, hearth: show(a), peer: `nginx sendfile ${show(b)}`, ratio: (a.speed / b.speed).toFixed(2), verdict: verdictOf(a.speed / b.speed, 0.7, 0.9) }
}

async function drain(server: Server, ranges: number): Promise<Sample> {
  const before = await cpuSeconds(server.pids)
  const done = await run(['python3', join(import.meta.dirname, 'clients', 'drain.py'), server.url, String(SIZE), String(ranges)], inheritedEnv(), 120_000)
  if (done.code !== 0) throw new Error(done.stderr)
  return { wall: Number(done.stdout), cpu: (await cpuSeconds(server.pids)) - before }
}

/** Where GET resolve sends a client for the bytes. */
async function dataUrl(session: Session): Promise<string> {
  const answer = await fetch(`${session.url}/ana/bench-large/resolve/main/two-gib.bin`, { redirect: 'manual', headers: { authorization: `Bearer ${session.token}` } })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`no redirect for a large file: ${answer.status}`)
  return new URL(location, session.url).href
}

async function writeRandom(path: string): Promise<string> {
  const block = randomBytes(64 * 1024 ** 2)
  {
    await using file = await open(path, 'w')
    for (let at = 0; at < SIZE; at += block.length) {
      block.writeUInt32LE(at / block.length, 0)
      await file.write(block)
    }
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) hash.update(chunk)
  return hash.digest('hex')
}
