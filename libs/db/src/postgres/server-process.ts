import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartRefused } from '../start-refused.ts'
import { deathSignalPrefix, spawnAs, type Launch } from './launch.ts'
import type { ServerLog } from './server-log.ts'

const READY_POLL_MS = 10
/** Recovery after a power cut replays at most max_wal_size; a disk that needs longer than this is broken. */
const READY_TIMEOUT_MS = 300_000
const FAST_STOP_MS = 30_000
const TAIL_LINES = 12

/** Small when idle, and nothing given up that keeps acknowledged rows: fsync, synchronous_commit, full_page_writes stay on. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '', unix_socket_permissions: '0700', port: '5432', cluster_name: 'hearth',
  shared_buffers: '48MB', max_connections: '60', work_mem: '8MB', maintenance_work_mem: '48MB', huge_pages: 'off',
  fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on',
  jit: 'off', io_method: 'sync', max_worker_processes: '2', max_parallel_workers_per_gather: '0', max_parallel_maintenance_workers: '0',
  wal_level: 'minimal', max_wal_senders: '0', max_logical_replication_workers: '0', max_wal_size: '512MB', checkpoint_timeout: '15min',
  autovacuum_max_workers: '1', bgwriter_delay: '1s', wal_writer_delay: '200ms',
  timezone: 'UTC', log_timezone: 'UTC', log_line_prefix: '%m [%p] %q%u@%d ', log_checkpoints: 'off', logging_collector: 'off', log_destination: 'stderr',
}

export interface ServerPlan {
  readonly clusterDir: string
  readonly socketDir: string
  readonly program: string
  readonly launch: Launch
  readonly log: ServerLog
  readonly settings: Readonly<Record<string, string>>
}

export interface ServerProcess {
  readonly pid: number
  /** Resolves with a description when it ended, asked for or not. */
  readonly ended: Promise<string>
  /** Fast shutdown: sessions are cut, a checkpoint is written. */
  stop(): Promise<void>
}

/** Starts the server and resolves when it accepts connections. Throws StartRefused with its last log lines when it ends before that. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const flags = Object.entries({ ...SETTINGS, ...plan.settings }).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const argv = [...(await deathSignalPrefix('INT')), plan.program, '-D', plan.clusterDir, '-c', `unix_socket_directories=${plan.socketDir}`, ...flags]
  const child = await spawnAs(plan.launch, argv, ['ignore', plan.log.fd, plan.log.fd])
  const ended = describeEnd(child)
  const isReady = await Promise.race([waitUntilReady(plan.clusterDir, child), ended.then(() => false)])
  if (!isReady || child.pid === undefined) {
    child.kill('SIGINT')
    const tail = await plan.log.tail(TAIL_LINES)
    throw new StartRefused(`PostgreSQL did not start (${await ended}); its last lines:\n${tail.map((line) => `  ${line}`).join('\n')}`)
  }
  return { pid: child.pid, ended, stop: () => stopServer(child, ended) }
}

async function describeEnd(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit')
    return signal === null ? `exit code ${String(code)}` : `signal ${String(signal)}`
  } catch (error) {
    return String(error)
  }
}

/** The server writes its state into line 8 of postmaster.pid, as pg_ctl reads it. */
async function waitUntilReady(clusterDir: string, child: ChildProcess): Promise<boolean> {
  const until = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (lines[0] === String(child.pid) && lines[7]?.startsWith('ready') === true) return true
    await delay(READY_POLL_MS)
  }
  return false
}

async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), FAST_STOP_MS)
  await ended
  clearTimeout(timer)
}
