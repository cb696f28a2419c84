import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../checks/check.ts'
import { EMPTY, type Tally } from './tally.ts'

/** The environment variable that tells the watchers of hub logs where to leave their counts. */
export const LOG_REPORT_VARIABLE = 'HEARTH_TEST_LOG_REPORT'

interface WatchedLog {
  readonly bytes: number
  readonly lines: number
  readonly found: readonly string[]
}

/** Every hub that a tier's tests start has its log watched for secrets; this is the sum over the whole run, as one test. */
export interface LogSecrecy extends Disposable {
  readonly folder: string
  tally(): Tally
}

export function openLogSecrecy(folder = join(ROOT, '.cache', 'test-reports', `logs-${process.pid}`)): LogSecrecy {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return {
    folder,
    tally() {
      const logs = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter((line) => line !== '').map(parseLog))
      if (logs.length === 0) return EMPTY
      const found = logs.flatMap((log) => log.found)
      const lines = logs.reduce((sum, log) => sum + log.lines, 0)
      console.info(`\n${found.length === 0 ? '✓' : '✗'} no secret in ${lines} lines of ${logs.length} hub logs`)
      for (const one of found.slice(0, 10)) console.error(`  ${one}`)
      return found.length === 0 ? { ...EMPTY, passed: 1 } : { ...EMPTY, failed: 1 }
    },
    [Symbol.dispose]() { rmSync(folder, { recursive: true, force: true }) },
  }
}

function parseLog(line: string): WatchedLog {
  const log: WatchedLog = JSON.parse(line)
  return log
}
