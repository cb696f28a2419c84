import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../checks/check.ts'
import { REPORT_VARIABLE, type VitestReport } from './tally-reporter.ts'
import type { Tally } from './tally.ts'

const KILL_AFTER_MS = 15_000
const SLOWEST = 10

export interface VitestRun {
  readonly projects: readonly string[]
  readonly limitMs: number
  readonly env: Readonly<Record<string, string>>
}

/** Runs these projects in one vitest, prints the slowest files, and ends everything that it started. */
export async function runVitest({ projects, limitMs, env }: VitestRun): Promise<Tally> {
  const path = join(ROOT, '.cache', 'test-reports', `${projects.join('+')}-${process.pid}.json`)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  try {
    const ended = await spawnVitest({ projects, limitMs, env: { ...env, [REPORT_VARIABLE]: path } })
    const report = readReport(path)
    if (report === undefined) return oneFailure(`vitest ended with ${ended.code} before it could report`)
    printSlowest(report)
    if (ended.isLate) return addFailure(report, `the run was stopped after ${Math.round(limitMs / 60_000)} minutes`)
    if (ended.code !== 0 && report.failed === 0) return addFailure(report, `vitest ended with ${ended.code} although no test failed`)
    return report
  } finally {
    rmSync(path, { force: true })
  }
}

async function spawnVitest({ projects, limitMs, env }: VitestRun): Promise<{ code: number; isLate: boolean }> {
  const entry = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [entry, 'run', ...projects.flatMap((name) => ['--project', name]), '--reporter=default', `--reporter=${join(import.meta.dirname, 'tally-reporter.ts')}`]
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  let isLate = false
  const end = (signal: NodeJS.Signals): void => signalGroup(child.pid, signal)
  const stop = (): void => {
    end('SIGTERM')
    setTimeout(end, KILL_AFTER_MS, 'SIGKILL').unref()
  }
  const timer = setTimeout(() => { isLate = true; stop() }, limitMs)
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', reject)
  child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)))
  try {
    return { code: await promise, isLate }
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', stop).off('SIGTERM', stop)
    end('SIGKILL')
  }
}

/** vitest leads a process group of its own; hubs that tests left behind are in it. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left.
  }
}

function readReport(path: string): VitestReport | undefined {
  try {
    const report: VitestReport = JSON.parse(readFileSync(path, 'utf8'))
    return report
  } catch {
    return undefined
  }
}

function printSlowest({ files }: VitestReport): void {
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST)
  if (slowest.length === 0) return
  console.info(`\nslowest ${slowest.length} of ${files.length} test files`)
  for (const { name, ms } of slowest) console.info(`  ${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
}

function oneFailure(reason: string): Tally {
  console.error(reason)
  return { passed: 0, failed: 1, skips: [] }
}

function addFailure(report: VitestReport, reason: string): Tally {
  console.error(reason)
  return { ...report, failed: report.failed + 1 }
}
