import { once } from 'node:events'
import { chmod, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../node-errors.ts'
import { StartRefused } from '../start-refused.ts'
import { POSTGRES_MAJOR, type PostgresBinaries } from './binaries.ts'
import { deathSignalPrefix, giveTo, spawnAs, type Launch } from './launch.ts'
import { serverProcesses } from './old-server.ts'

/** Folder of the database cluster in the data folder, and the prefix of one that is still being made. */
export const CLUSTER_FOLDER = 'postgres'
const UNFINISHED_PREFIX = 'postgres.making-'
const MAX_OUTPUT_CHARS = 4_000

export interface ClusterPlan {
  readonly dataDir: string
  readonly superuser: string
  readonly binaries: PostgresBinaries
  readonly launch: Launch
  /** False only for throw-away test clusters. */
  readonly isDurable: boolean
}

/** True when the folder holds a cluster of our major version; throws StartRefused for another version or a foreign folder. */
export async function hasCluster(clusterDir: string): Promise<boolean> {
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').then((text) => text.trim(), (error: unknown) => missing(error, clusterDir))
  if (version === undefined) {
    const content = await readdir(clusterDir).catch(() => [])
    if (content.length > 0) throw new StartRefused(`${clusterDir} is not a PostgreSQL data folder and not empty; move it away`)
    return false
  }
  if (version !== String(POSTGRES_MAJOR)) {
    throw new StartRefused(`${clusterDir} was made by PostgreSQL ${version}, this program brings PostgreSQL ${POSTGRES_MAJOR}; move the data by backup and restore`)
  }
  return true
}

function missing(error: unknown, clusterDir: string): undefined {
  if (codeOf(error) === 'ENOENT') return undefined
  throw new StartRefused(`cannot read ${clusterDir} (${codeOf(error) ?? 'unknown error'}); is it another user's?`, { cause: error })
}

/** Makes a new cluster under a temporary name, flushed to disk, and renames it: a kill at any moment leaves none or a whole one. */
export async function makeCluster(plan: ClusterPlan): Promise<void> {
  await removeUnfinished(plan.dataDir)
  const making = await mkdtemp(join(plan.dataDir, UNFINISHED_PREFIX))
  await giveTo(plan.launch, making)
  await runInitdb(plan, making)
  await rename(making, join(plan.dataDir, CLUSTER_FOLDER))
  await syncFolder(plan.dataDir)
}

/** The server insists on 0700 or 0750; copies and restores often lose that. */
export async function repairMode(clusterDir: string): Promise<void> {
  const { mode } = await stat(clusterDir)
  if ((mode & 0o027) !== 0) await chmod(clusterDir, 0o700)
}

/** Leftovers of a killed first start. Its initdb may live on for a moment; what cannot be removed now goes at the next first start. */
async function removeUnfinished(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(UNFINISHED_PREFIX))
  for (const name of names) {
    for (const pid of await serverProcesses(join(dataDir, name))) {
      try { process.kill(pid, 'SIGKILL') } catch { /* gone */ }
    }
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => undefined)
  }
}

async function runInitdb(plan: ClusterPlan, dir: string): Promise<void> {
  const flags = ['-D', dir, '-U', plan.superuser, '-E', 'UTF8', '--locale=C', '--auth=trust', '--no-instructions']
  const child = await spawnAs(plan.launch, [...(await deathSignalPrefix('KILL')), plan.binaries.initdb, ...flags, syncFlag(plan)], ['ignore', 'pipe', 'pipe'])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARS) })
  }
  const [code] = await once(child, 'close').catch((error: unknown) => { throw new StartRefused(`cannot run initdb: ${String(error)}`, { cause: error }) })
  if (code !== 0) throw new StartRefused(`making the database failed (initdb ended with ${String(code)}): ${output.trim()}`)
}

/** One syncfs is quicker than an fsync for each of the 1,300 files: 1.5 s against 2.8 to 5.2 s on a busy disk. */
function syncFlag(plan: ClusterPlan): string {
  if (!plan.isDurable) return '--no-sync'
  return process.platform === 'linux' ? '--sync-method=syncfs' : '--sync-method=fsync'
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
