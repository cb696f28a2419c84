import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, runProgram, type Check } from './check.ts'

const OUT_OF_REACH = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/

/** `npm ci` would accept the lock, and the lock names no download address. */
export const lockCheck: Check = {
  name: 'lock file (npm ci --dry-run)',
  async run() {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
    const address = /"resolved": "https?:[^"]*"/.exec(lock)?.[0]
    if (address !== undefined) return { state: 'failed', detail: `the lock names a download address: ${address}` }
    const { code, output } = await runProgram(['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code === 0) return { state: 'passed' }
    return OUT_OF_REACH.test(output) ? { state: 'skipped', detail: `the npm registry is out of reach: ${firstLine(output)}` } : { state: 'failed', detail: output.trim() }
  },
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
