import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDataFolder, SILENT_LOG, startPostgres, type PgConnection } from '@hearth/db'

/** Set by the global set-up of a test run: a socket that tells where the run's server is. */
export const BROKER_VARIABLE = 'HEARTH_TEST_POSTGRES_BROKER'
const FOLDER_PREFIX = 'hearth-test-pg-'
const STALE_AFTER_MS = 10 * 60_000

export interface TestServer {
  readonly socketDir: string
}

let ownServer: Promise<TestServer> | undefined

/** The test run's PostgreSQL, started by whoever asks first; without the global set-up, one that dies with this process. */
export async function testServer(): Promise<TestServer> {
  const broker = process.env[BROKER_VARIABLE]
  return broker === undefined ? (ownServer ??= startTestServer()) : askBroker(broker)
}

export function testConnection(server: TestServer, database: string, user = 'hearth'): PgConnection {
  return { host: server.socketDir, port: 5432, user, database }
}

/** A throw-away server: nothing is flushed to disk, its folder goes with it. */
export async function startTestServer(): Promise<TestServer & AsyncDisposable> {
  await sweepStaleFolders()
  const dataDir = await mkdtemp(join(tmpdir(), FOLDER_PREFIX))
  const postgres = await startPostgres({ dataDir, log: SILENT_LOG, isDurable: false, socketParent: dataDir, settings: { max_connections: '200' } })
  return {
    socketDir: postgres.socketDir,
    async [Symbol.asyncDispose]() {
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Killed runs leave their folder; a folder whose lock is free belongs to nobody any more. */
async function sweepStaleFolders(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX))
  for (const name of names) {
    const path = join(tmpdir(), name)
    const ageMs = await stat(path).then((found) => Date.now() - found.mtimeMs, () => 0)
    if (ageMs < STALE_AFTER_MS) continue
    const lock = await lockDataFolder(path).catch(() => undefined)
    if (lock === undefined) continue
    await rm(path, { recursive: true, force: true })
    await lock.release()
  }
}

async function askBroker(path: string): Promise<TestServer> {
  const socket = createConnection(path)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  const answer: unknown = JSON.parse(text)
  if (typeof answer === 'object' && answer !== null && 'socketDir' in answer && typeof answer.socketDir === 'string') return { socketDir: answer.socketDir }
  throw new Error(`no test database: ${text}`)
}
