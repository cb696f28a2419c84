// Runs one tier of tests and prints one last line: N passed, N failed, N skipped. Started by tools/setup/test.mjs.
import { CHECKS } from '../checks/index.ts'
import { ROOT, runProgram, type Check } from '../checks/check.ts'
import { LOG_REPORT_VARIABLE, openLogSecrecy } from './log-secrecy.ts'
import { runVitest } from './run-vitest.ts'
import { addTallies, EMPTY, exitCodeOf, tallyLine, type Tally } from './tally.ts'

interface Tier {
  readonly hasChecks: boolean
  readonly projects: readonly string[]
  /** A warning after this; the run is stopped after the limit. */
  readonly budgetMinutes: number
  readonly limitMinutes: number
}

const TIERS: Readonly<Record<string, Tier>> = {
  core: { hasChecks: true, projects: ['unit', 'e2e-core'], budgetMinutes: 10, limitMinutes: 12 },
  full: { hasChecks: false, projects: ['e2e-full', 'crash', 'simulation'], budgetMinutes: 30, limitMinutes: 32 },
  soak: { hasChecks: false, projects: ['soak'], budgetMinutes: 120, limitMinutes: 120 },
}

async function main(): Promise<number> {
  const name = process.argv[2] ?? 'core'
  const tier = TIERS[name]
  if (tier === undefined) {
    console.error(`there is no tier ${name}; the tiers are ${Object.keys(TIERS).join(', ')}`)
    return 64
  }
  const startedMs = performance.now()
  const checks = tier.hasChecks ? await runChecks(CHECKS) : EMPTY
  using logs = openLogSecrecy()
  const env = { [LOG_REPORT_VARIABLE]: logs.folder }
  const tests = await runVitest({ projects: tier.projects, limitMs: tier.limitMinutes * 60_000 - (performance.now() - startedMs), env })
  const tally = addTallies(checks, tests, logs.tally())
  if (tier.hasChecks) await printSizes()
  printSkips(tally)
  const minutes = (performance.now() - startedMs) / 60_000
  console.info(`${name}: ${minutes.toFixed(1)} of ${tier.budgetMinutes} minutes${minutes > tier.budgetMinutes ? ', OVER BUDGET' : ''}`)
  console.info(tallyLine(tally))
  return exitCodeOf(tally)
}

async function runChecks(checks: readonly Check[]): Promise<Tally> {
  const tallies: Tally[] = []
  for (const check of checks) {
    const startedMs = performance.now()
    const verdict = await check.run().catch((error: unknown) => ({ state: 'failed' as const, detail: String(error) }))
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    const detail = verdict.detail === undefined ? '' : `: ${verdict.detail}`
    console.info(`${verdict.state === 'passed' ? '✓' : verdict.state === 'failed' ? '✗' : '↓'} ${check.name} (${seconds} s)${detail}`)
    tallies.push({
      passed: verdict.state === 'passed' ? 1 : 0,
      failed: verdict.state === 'failed' ? 1 : 0,
      skips: verdict.state === 'skipped' ? [{ name: check.name, reason: verdict.detail }] : [],
    })
  }
  return addTallies(...tallies)
}

async function printSizes(): Promise<void> {
  const { output } = await runProgram([process.execPath, 'tools/size-report.mjs'])
  console.info(`\n${output.trim()}`)
}

function printSkips({ skips }: Tally): void {
  if (skips.length === 0) return
  console.info(`\nskipped (${skips.length})`)
  for (const { name, reason } of skips) console.info(`  ${name}: ${reason}`)
  for (const [key, reason] of Object.entries(process.env)) {
    if (key.startsWith('HEARTH_TEST_MISSING_')) console.info(`  missing here: ${key.slice(20).toLowerCase().replaceAll('_', '-')}: ${reason}`)
  }
}

process.chdir(ROOT)
process.exitCode = await main()
