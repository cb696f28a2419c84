import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inheritedEnv, ROOT } from './hub.ts'

/** a: newest huggingface_hub; b: the last 1.x; c: the last 0.x; the others hold a library on the client of a or c. */
export type LaneName = 'a' | 'b' | 'c' | 'datasets-a' | 'datasets-c' | 'transformers'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An official client in its own environment: only HF_ENDPOINT, HF_TOKEN and a fresh HF_HOME are set. */
export interface Lane extends AsyncDisposable {
  readonly name: LaneName
  readonly home: string
  /** Runs a file of e2e/python with the lane's interpreter. */
  python(script: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  /** Runs the lane's own `hf`. */
  hf(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  /** Any program of the lane, in its environment. */
  exec(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  readonly env: Readonly<Record<string, string>>
  /** Folder of its programs. */
  readonly bin: string
}

/** The program ended well; else its output is the message. */
export function expectOk(done: Finished): Finished {
  if (done.code !== 0) throw new Error(`exit code ${done.code}\n${done.stdout.slice(-4000)}\n${done.stderr.slice(-6000)}`)
  return done
}

/** Skips the running test, saying why, when the lane's environment could not be built here. */
export function needLane(name: LaneName, skip: (note: string) => void): void {
  if (hasLane(name)) return
  skip(process.env[`HEARTH_TEST_MISSING_LANE_${name.toUpperCase().replaceAll('-', '_')}`] ?? `the Python environment lane-${name} is not built`)
}

export function hasLane(name: LaneName): boolean {
  return existsSync(join(venvOf(name), 'bin', 'python'))
}

export interface LaneOptions {
  readonly endpoint: string
  readonly token?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

export async function openLane(name: LaneName, options: LaneOptions): Promise<Lane> {
  const home = await mkdtemp(join(tmpdir(), `hearth-lane-${name}-`))
  const base: Record<string, string> = {
    ...inheritedEnv(), HOME: home, HF_HOME: join(home, 'hf'), HF_ENDPOINT: options.endpoint, HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1', NO_COLOR: '1', PYTHONUNBUFFERED: '1', PYTHONFAULTHANDLER: '1', ...(options.token === undefined ? {} : { HF_TOKEN: options.token }), ...options.env,
  }
  const timeoutMs = options.timeoutMs ?? 240_000
  const bin = join(venvOf(name), 'bin')
  return {
    name, home,
    python: (script, args = [], env = {}) => run([join(bin, 'python'), join(ROOT, 'e2e', 'python', script), ...args], { ...base, ...env }, timeoutMs),
    hf: (args, env = {}) => run([join(bin, 'hf'), ...args], { ...base, ...env }, timeoutMs),
    exec: (program, args, env = {}) => run([join(bin, program), ...args], { ...base, ...env }, timeoutMs),
    env: base, bin,
    async [Symbol.asyncDispose]() { await rm(home, { recursive: true, force: true }) },
  }
}

function venvOf(name: LaneName): string {
  return join(ROOT, '.venvs', `lane-${name}`)
}

export async function run(argv: readonly string[], env: Readonly<Record<string, string>>, timeoutMs: number, cwd?: string): Promise<Finished> {
  const [command, ...args] = argv
  if (command === undefined) throw new Error('nothing to run')
  const child = spawn(command, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('close', resolve)
  child.once('error', reject)
  try {
    const code = await promise
    return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
  } finally {
    clearTimeout(timer)
  }
}
