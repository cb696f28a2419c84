import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createLogGuard, type LogGuard } from './log-guard.ts'

export const ROOT = resolve(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const MAIN = join(ROOT, 'services', 'all-in-one', 'src', 'main.ts')
/** The command that runs a hub. */
export function hubMain(): string[] {
  return [NODE, MAIN]
}

const READY = /^hearth ready (http:\/\/\S+)$/
const READY_TIMEOUT_MS = 60_000

export interface HubOptions {
  /** Kept after `stop` when given; else a temp folder that goes with the hub. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly bootstrap?: unknown
  /** As `npm start` does, which starts a hub again that died; with npm itself around it when it is the whole tree that counts. */
  readonly supervised?: 'script' | 'npm'
  /** Command put before the hub's own, e.g. ['setpriv', '--reuid', '65534', '--clear-groups']. */
  readonly prefix?: readonly string[]
}

/** A hub in a process of its own, as `npm start` runs it, on a free port of the loopback. */
export interface Hub extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Everything it has logged so far. */
  log(): Promise<string>
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>
  /** Resolves when the hub's process ended by itself; the signal that ended it. */
  died(): Promise<NodeJS.Signals | null>
  /** SIGKILL of the hub's own process; its database server follows by itself. */
  kill(): Promise<void>
}

export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const isOwnDir = options.dataDir === undefined
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hearth-e2e-')))
  await mkdir(dataDir, { recursive: true })
  const env = await hubEnv(dataDir, options)
  const [command, ...args] = [...(options.prefix ?? []), ...commandOf(options.supervised)]
  const child = spawn(command ?? NODE, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const logPath = join(dataDir, 'e2e-hub.log')
  child.stderr.pipe(createWriteStream(logPath, { flags: 'a' }))
  const guard = guardLog(child, dataDir, options)
  const url = await readyUrl(child, logPath)
  const log = async (): Promise<string> => (existsSync(logPath) ? readFile(logPath, 'utf8') : '')
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
    assertNoSecrets(guard)
    return child.exitCode
  }
  return {
    url, dataDir, pid: child.pid ?? -1, log, stop: () => end('SIGTERM'),
    async died() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) })
      return child.signalCode
    },
    async kill() { await end('SIGKILL') },
    async [Symbol.asyncDispose]() {
      try {
        await end('SIGTERM')
      } finally {
        if (isOwnDir) await rm(dataDir, { recursive: true, force: true })
      }
    },
  }
}

function commandOf(supervised: HubOptions['supervised']): string[] {
  if (supervised === undefined) return hubMain()
  return supervised === 'npm' ? ['npm', 'start', '--silent'] : [NODE, join(ROOT, 'tools', 'setup', 'start.mjs')]
}

/** Everything a hub says, from its first line, is checked for secrets; what is found fails the test that ends the hub. */
function guardLog(child: ChildProcess, dataDir: string, { bootstrap, env }: HubOptions): LogGuard {
  const guard = createLogGuard([bootstrap, env])
  child.stderr?.on('data', (chunk: Buffer) => guard.take(chunk))
  child.stdout?.on('data', (chunk: Buffer) => guard.take(chunk))
  child.once('exit', () => { guard.close(join(dataDir, 'data')) })
  return guard
}

function assertNoSecrets(guard: LogGuard): void {
  const [first] = guard.findings()
  if (first !== undefined) throw new Error(`the hub logged a secret: ${first}`)
}

async function hubEnv(dataDir: string, options: HubOptions): Promise<Record<string, string>> {
  const env: Record<string, string> = {
    ...inheritedEnv(), HEARTH_HOST: '127.0.0.1', HEARTH_PORT: '0', HEARTH_DATA_DIR: join(dataDir, 'data'), HEARTH_LOG_LEVEL: 'info', ...options.env,
  }
  if (options.bootstrap !== undefined) {
    const path = join(dataDir, 'bootstrap.json')
    await writeFile(path, JSON.stringify(options.bootstrap))
    env['HEARTH_BOOTSTRAP_FILE'] = path
  }
  return env
}

/** The caller's environment without any HEARTH_* or HF_* of its own. */
export function inheritedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries.filter(([key]) => !/^(HEARTH_|HF_|HUGGING)/.test(key)))
}

async function readyUrl(child: ChildProcess, logPath: string): Promise<string> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<string>()
  const timer = setTimeout(() => reject(new Error('the hub was not ready in time')), READY_TIMEOUT_MS)
  if (child.stdout === null) throw new Error('the hub has no stdout')
  createInterface({ input: child.stdout }).on('line', (line) => {
    const found = READY.exec(line)?.[1]
    if (found !== undefined) settle(found)
  })
  child.once('exit', (code, signal) => reject(new Error(`the hub ended before it was ready (${code ?? signal}), see ${logPath}`)))
  child.once('error', reject)
  try {
    return await promise
  } catch (error) {
    child.kill('SIGKILL')
    const tail = existsSync(logPath) ? (await readFile(logPath, 'utf8')).slice(-3000) : ''
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${tail}`)
  } finally {
    clearTimeout(timer)
  }
}
