import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PgConnection } from '../connection.ts'
import { lockDataFolder, type DataFolderLock } from '../data-folder-lock.ts'
import { ensureDatabase } from '../ensure-database.ts'
import type { DbLog } from '../log.ts'
import { messageOf } from '../node-errors.ts'
import { findPostgresBinaries } from './binaries.ts'
import { CLUSTER_FOLDER, hasCluster, makeCluster, repairMode } from './cluster.ts'
import { chooseLaunch } from './launch.ts'
import { waitForOldServer } from './old-server.ts'
import { openServerLog } from './server-log.ts'
import { startServerProcess, type ServerPlan, type ServerProcess } from './server-process.ts'
import { makeSocketFolder } from './socket-folder.ts'

export const POSTGRES_SUPERUSER = 'hearth'
export const POSTGRES_DATABASE = 'hearth'
const START_TRIES = 3
const RESTART_DELAYS_MS = [100, 500, 2_000, 5_000, 10_000]

export interface PostgresOptions {
  /** The hub's data folder: the cluster goes into its `postgres`, the server's log into `postgres.log`. */
  readonly dataDir: string
  /** Other binaries than the packaged ones. */
  readonly binDir?: string
  readonly log: DbLog
  /** The data folder's lock when the caller holds it already; else it is taken here. */
  readonly lock?: DataFolderLock
  /** Parent of the socket's folder; default the system's temp folder. The whole path must stay under 107 bytes. */
  readonly socketParent?: string
  /** Server settings on top of ours (postgresql.conf names). */
  readonly settings?: Readonly<Record<string, string>>
  /** false only for throw-away test clusters: nothing is flushed to disk. */
  readonly isDurable?: boolean
}

/** A running server of our own. Ends with its scope; a kill of this process ends it in order, too. */
export interface Postgres extends AsyncDisposable {
  /** How to log in as `role` (default: the superuser) to `database` (default: Hearth's own). */
  connection(role?: string, database?: string): PgConnection
  readonly socketDir: string
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL on the data folder, making the cluster at the first start, and restarts it if it dies.
 * Throws StartRefused (exit code 78, a message for the operator) when that cannot work.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  await using undo = new AsyncDisposableStack()
  const lock = options.lock ?? undo.use(await lockDataFolder(options.dataDir))
  const clusterDir = join(lock.dataDir, CLUSTER_FOLDER)
  const exists = await hasCluster(clusterDir)
  const binaries = await findPostgresBinaries(options.binDir)
  const launch = await chooseLaunch({ program: binaries.postgres, dataDir: lock.dataDir, clusterDir })
  const isDurable = options.isDurable ?? true
  if (exists) await waitForOldServer(clusterDir, options.log)
  else await makeCluster({ dataDir: lock.dataDir, superuser: POSTGRES_SUPERUSER, binaries, launch, isDurable })
  await repairMode(clusterDir)
  const socketDir = await makeSocketFolder(lock.dataDir, launch, options.socketParent)
  undo.defer(() => rm(socketDir, { recursive: true, force: true }))
  const serverLog = undo.use(await openServerLog(join(lock.dataDir, `${CLUSTER_FOLDER}.log`)))
  const settings = { ...(isDurable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }), ...options.settings }
  const supervisor = new Supervisor({ clusterDir, socketDir, program: binaries.postgres, launch, log: serverLog, settings }, options.log)
  await supervisor.start()
  undo.defer(() => supervisor.stop())
  await ensureDatabase(connectionTo(socketDir, POSTGRES_SUPERUSER, 'postgres'), POSTGRES_DATABASE)
  return handle(supervisor, socketDir, undo.move())
}

function handle(supervisor: Supervisor, socketDir: string, resources: AsyncDisposableStack): Postgres {
  const stop = (): Promise<void> => resources.disposeAsync()
  return {
    connection: (role = POSTGRES_SUPERUSER, database = POSTGRES_DATABASE) => connectionTo(socketDir, role, database),
    socketDir,
    get pid() { return supervisor.pid },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function connectionTo(socketDir: string, user: string, database: string): PgConnection {
  return { host: socketDir, port: 5432, user, database }
}

/** Keeps one server running until it is told to stop. */
class Supervisor {
  readonly #plan: ServerPlan
  readonly #log: DbLog
  readonly #stopping = new AbortController()
  #server: ServerProcess | undefined
  #watch: Promise<void> = Promise.resolve()

  constructor(plan: ServerPlan, log: DbLog) {
    this.#plan = plan
    this.#log = log
  }

  get pid(): number {
    return this.#server?.pid ?? -1
  }

  /** Tries again when remains of a killed server were still in the way. */
  async start(): Promise<void> {
    for (let attempt = 1; this.#server === undefined; attempt += 1) {
      const began = performance.now()
      try {
        this.#server = await startServerProcess(this.#plan)
        this.#log.info({ evt: 'db.started', ms: Math.round(performance.now() - began), pid: this.#server.pid, launch: this.#plan.launch.kind }, 'database server started')
      } catch (error) {
        if (attempt >= START_TRIES || !/pre-existing shared memory|lock file .* already exists/.test(messageOf(error))) throw error
        await waitForOldServer(this.#plan.clusterDir, this.#log)
      }
    }
    this.#watch = this.#restartWhenItDies()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#server?.stop()
    await this.#watch
  }

  async #restartWhenItDies(): Promise<void> {
    for (let deaths = 0; ; deaths += 1) {
      const how = await this.#server?.ended
      if (this.#stopping.signal.aborted) return
      this.#log.error({ evt: 'db.died', how, tail: await this.#plan.log.tail(5) }, 'database server died, restarting it')
      const pauseMs = RESTART_DELAYS_MS[Math.min(deaths, RESTART_DELAYS_MS.length - 1)]
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      if (this.#stopping.signal.aborted) return
      await this.#restart()
    }
  }

  async #restart(): Promise<void> {
    try {
      await waitForOldServer(this.#plan.clusterDir, this.#log)
      this.#server = await startServerProcess(this.#plan)
      if (this.#stopping.signal.aborted) return await this.#server.stop()
      this.#log.info({ evt: 'db.restarted', pid: this.#server.pid }, 'database server restarted')
    } catch (error) {
      this.#log.error({ evt: 'db.restart-failed', err: error }, 'database server could not be restarted')
    }
  }
}
