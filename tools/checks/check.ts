import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..', '..')

/** What a static check found; each counts as one test. */
export type Verdict =
  | { readonly state: 'passed'; readonly detail?: string }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'skipped'; readonly detail: string }

export interface Check {
  readonly name: string
  run(): Promise<Verdict>
}

export interface Ended {
  readonly code: number
  readonly output: string
}

const TIMEOUT_MS = 5 * 60_000

/** Runs a program to its end, in the root of the checkout unless told otherwise; both its streams come back as one text. */
export async function runProgram(argv: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const [command = '', ...args] = argv
  const child = spawn(command, args, { cwd: options.cwd ?? ROOT, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { promise, resolve: settle, reject } = Promise.withResolvers<number>()
  child.once('error', reject)
  child.once('close', (code, signal) => settle(code ?? (signal === null ? 1 : 128)))
  return { code: await promise, output: Buffer.concat(chunks).toString() }
}

/** A program from the checkout's own dependencies. */
export function localBin(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name)
}

/** A check that is one program: exit code 0 passes. */
export function programCheck(name: string, argv: readonly string[]): Check {
  return {
    name,
    async run() {
      const { code, output } = await runProgram(argv)
      return code === 0 ? { state: 'passed' } : { state: 'failed', detail: output.trim() }
    },
  }
}
