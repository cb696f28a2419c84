import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DbLog } from '../log.ts'
import { StartRefused } from '../start-refused.ts'

const POLL_MS = 20
/** After the polite request each harder signal waits this long; all of them are safe for the data. */
const PATIENCE_MS = { interrupt: 30_000, quit: 5_000, kill: 5_000 } as const

/**
 * Waits until no process of an earlier server is left in the cluster folder and removes its lock file.
 *
 * The caller holds the data folder's lock, so whatever still runs there lost its hub: normally it is already shutting down.
 * It is found by its working directory, not by the pid in postmaster.pid: that pid may be a zombie's (not every init
 * reaps) or somebody else's by now, and PostgreSQL would then refuse to start; and backends may outlive a killed postmaster.
 */
export async function waitForOldServer(clusterDir: string, log: DbLog): Promise<void> {
  const steps = [['SIGINT', PATIENCE_MS.interrupt], ['SIGQUIT', PATIENCE_MS.quit], ['SIGKILL', PATIENCE_MS.kill]] as const
  let left = await serverProcesses(clusterDir)
  for (const [signal, patienceMs] of steps) {
    if (left.length === 0) break
    log.info({ evt: 'db.old-server', pids: left, signal }, 'waiting for an earlier database server to end')
    await signalOldServer(clusterDir, left, signal)
    left = await waitUntilGone(clusterDir, patienceMs)
  }
  if (left.length > 0) throw new StartRefused(`an earlier PostgreSQL server still runs in ${clusterDir} (process ${left.join(', ')}); end it first`)
  await rm(join(clusterDir, 'postmaster.pid'), { force: true })
}

async function signalOldServer(clusterDir: string, pids: readonly number[], signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
  const postmaster = await postmasterPid(clusterDir)
  // A living postmaster ends its own children in the right order; orphans notice by themselves unless a query keeps them busy.
  const targets = postmaster !== undefined && pids.includes(postmaster) ? [postmaster] : signal === 'SIGINT' ? [] : pids
  for (const pid of targets) {
    try { process.kill(pid, signal) } catch { /* gone in the meantime */ }
  }
  if (targets.length === 0) await delay(POLL_MS)
}

async function waitUntilGone(clusterDir: string, patienceMs: number): Promise<number[]> {
  const until = Date.now() + patienceMs
  let left = await serverProcesses(clusterDir)
  while (left.length > 0 && Date.now() < until) {
    await delay(POLL_MS)
    left = await serverProcesses(clusterDir)
  }
  return left
}

/** Pid in the first line of postmaster.pid. */
export async function postmasterPid(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
}

/** Living processes whose working directory is the cluster folder: every PostgreSQL process moves there. Zombies have none. */
export async function serverProcesses(clusterDir: string): Promise<number[]> {
  const wanted = await realpath(clusterDir).catch(() => clusterDir)
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries === undefined) return livingPostmaster(clusterDir)
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => pid !== process.pid)
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)))
  return pids.filter((_, index) => folders[index] === wanted)
}

async function livingPostmaster(clusterDir: string): Promise<number[]> {
  const pid = await postmasterPid(clusterDir)
  if (pid === undefined) return []
  try {
    process.kill(pid, 0)
    return [pid]
  } catch {
    return []
  }
}
