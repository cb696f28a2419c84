import { createHash, randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { call, createRepo, type Session } from '../e2e/harness/hub-client.ts'
import { inheritedEnv, type Hub } from '../e2e/harness/hub.ts'
import { cpuSeconds, processTree } from '../e2e/harness/processes.ts'
import { run } from '../e2e/harness/python.ts'
import { median, type Row } from './measure.ts'

const SIZE = 1024 ** 3
const ROUNDS = 5
const BLOCK_BYTES = 64 * 1024 ** 2

interface Sample {
  readonly seconds: number
  readonly cpu: number
}

/** One PUT of 1 GiB by curl, verified and flushed, beside `cat` to a flushed copy and `openssl dgst -sha256` of the same file, one after the other. */
export async function benchUpload(hub: Hub, session: Session, work: string): Promise<Row[]> {
  const repo = 'ana/bench-upload'
  await createRepo(session, repo)
  const ours: Sample[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const path = join(work, 'one-gib.bin')
    const oid = await writeRandom(path)
    const href = await uploadHref(session, repo, oid)
    const before = await cpuSeconds(await processTree(hub.pid))
    const seconds = await timed(['curl', '-sSf', '-T', path, href])
    ours.push({ seconds, cpu: (await cpuSeconds(await processTree(hub.pid))) - before })
    theirs.push(await timed(['bash', '-c', `cat '${path}' > '${path}.copy' && sync '${path}.copy' && openssl dgst -sha256 '${path}' > /dev/null`]))
    await Promise.all([rm(path), rm(`${path}.copy`)])
  }
  const [a, cpu, b] = [median(ours.map((one) => one.seconds)), median(ours.map((one) => one.cpu)), median(theirs)]
  const speed = (seconds: number): string => `${(SIZE / 1e6 / seconds).toFixed(0)} MB/s`
  return [{ what: 'LFS upload of 1 GiB', hearth: `${speed(a)}, ${cpu.toFixed(2)} CPU-s/GiB`, peer: `cat + sync + openssl sha256 ${speed(b)}`, ratio: (b / a).toFixed(2), verdict: 'no floor set' }]
}

async function uploadHref(session: Session, repo: string, oid: string): Promise<string> {
  const body = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid, size: SIZE }], hash_algo: 'sha256' })
  const answer = await call(session, 'POST', `/${repo}.git/info/lfs/objects/batch`, body, 'application/vnd.git-lfs+json')
  const { objects } = (await answer.json()) as { objects: readonly { actions?: { upload?: { href: string } } }[] }
  const href = objects[0]?.actions?.upload?.href
  if (href === undefined) throw new Error(`no address for the upload: ${answer.status}`)
  return href
}

async function writeRandom(path: string): Promise<string> {
  const hash = createHash('sha256')
  const block = randomBytes(BLOCK_BYTES)
  await using file = await open(path, 'w')
  for (let at = 0; at < SIZE; at += block.length) {
    block.writeUInt32LE(at / block.length, 0)
    hash.update(block)
    await file.write(block)
  }
  await file.datasync()
  return hash.digest('hex')
}

async function timed(argv: readonly string[]): Promise<number> {
  const began = performance.now()
  const done = await run(argv, inheritedEnv(), 120_000)
  if (done.code !== 0) throw new Error(done.stderr)
  return (performance.now() - began) / 1000
}
