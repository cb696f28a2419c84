import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startHub } from '../e2e/harness/hub.ts'
import { processTree, pssBytes } from '../e2e/harness/processes.ts'
import { ceilingVerdict, median, type Row } from './measure.ts'

const STARTS = 5
const SETTLE_MS = 5_000

/** Seconds from `npm start` to the ready line (first start, later starts), and PSS of every idle process, npm's own included. */
export async function benchIdle(): Promise<Row[]> {
  const first: number[] = []
  const later: number[] = []
  const memory: number[] = []
  for (let round = 0; round < STARTS; round += 1) {
    const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
    first.push(await timedStart(dataDir))
    later.push(await timedStart(dataDir, memory))
    await rm(dataDir, { recursive: true, force: true })
  }
  const [a, b, mb] = [median(first), median(later), median(memory) / 1e6]
  return [
    { what: 'ready, first start on an empty folder', hearth: `${a.toFixed(2)} s`, peer: 'limit 5 s, aim 3 s', ratio: (5 / a).toFixed(2), verdict: ceilingVerdict(a, 5, 3) },
    { what: 'ready, later start', hearth: `${b.toFixed(2)} s`, peer: 'limit 5 s, aim 3 s', ratio: (5 / b).toFixed(2), verdict: ceilingVerdict(b, 5, 3) },
    { what: 'PSS of all processes, idle, npm and the supervisor included', hearth: `${mb.toFixed(0)} MB`, peer: 'limit 500 MB, aim 400 MB', ratio: (500 / mb).toFixed(2), verdict: ceilingVerdict(mb, 500, 400) },
  ]
}

async function timedStart(dataDir: string, memory?: number[]): Promise<number> {
  const began = performance.now()
  await using hub = await startHub({ dataDir, supervised: 'npm' })
  const seconds = (performance.now() - began) / 1000
  if (memory !== undefined) {
    await delay(SETTLE_MS)
    memory.push(await pssBytes(await processTree(hub.pid)))
  }
  return seconds
}
