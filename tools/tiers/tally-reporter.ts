import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import type { Skip } from './tally.ts'

/** What a vitest run leaves behind for the tier that started it. */
export interface VitestReport {
  readonly passed: number
  readonly failed: number
  readonly skips: readonly Skip[]
  readonly files: readonly { readonly name: string; readonly ms: number }[]
}

/** The environment variable that names the report's file. */
export const REPORT_VARIABLE = 'HEARTH_TEST_REPORT'

/** Counts what vitest ran; a file that does not load and an error outside every test count as failures. */
class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env[REPORT_VARIABLE]
    if (path !== undefined) writeFileSync(path, JSON.stringify(reportOf(modules, unhandled)))
  }
}

function reportOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): VitestReport {
  const cases = modules.flatMap((module) => [...module.children.allTests()])
  const isFailed = (one: TestCase): boolean => one.result().state === 'failed'
  const failedCases = cases.filter(isFailed).length
  const failedFiles = modules.filter((module) => module.state() === 'failed' && ![...module.children.allTests()].some(isFailed)).length
  return {
    passed: cases.filter((one) => one.result().state === 'passed').length,
    failed: failedCases + failedFiles + (unhandled.length > 0 ? 1 : 0),
    skips: cases.filter((one) => !['passed', 'failed'].includes(one.result().state)).map(skipOf),
    files: modules.map((module) => ({ name: module.relativeModuleId, ms: module.diagnostic().duration + module.diagnostic().collectDuration })),
  }
}

function skipOf(one: TestCase): Skip {
  return { name: `${one.module.relativeModuleId} > ${one.fullName}`, reason: skipReason(one) }
}

function skipReason(one: TestCase): string {
  const result = one.result()
  if (result.state === 'skipped' && result.note !== undefined) return result.note
  if (one.options.mode === 'todo') return 'still to be written'
  if (one.options.mode === 'skip') return 'its condition does not hold here'
  return one.module.state() === 'failed' ? 'what it needs failed to start' : 'it did not come to run'
}

export default TallyReporter
