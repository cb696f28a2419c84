import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Where the guards of a test run leave their counts: one file per process, one JSON line per hub log. */
const REPORT_FOLDER = process.env['HEARTH_TEST_LOG_REPORT']

/** What never belongs into a log, by shape. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['access token', /hf_[A-Za-z0-9]{16,}/],
  ['signed address', /\/-\/(?:blob|lfs|stage)\/[\w-]{8,}\.[\w-]{8,}/],
  ['signed grant', /\beyJ[\w-]{16,}\.[\w-]{16,}/],
  ['authorization header', /\b(?:Bearer|Basic) +[\w\-.~+/=]{8,}/i],
  ['password in an address', /[a-z]+:\/\/[^\s:/@"\\]+:(?!\*\*\*)[^\s@/"\\]+@/i],
  ['object store signature', /X-Amz-(?:Signature|Credential|Security-Token)=(?!\*\*\*)\w/i],
]
const MIN_SECRET_CHARS = 12
const MAX_KEY_FILE_BYTES = 64 * 1024

export interface LogGuard {
  take(chunk: Buffer): void
  /** Checks the last line and the secrets in key files of the data folder, reports, and answers what was found. */
  close(dataDir: string): readonly string[]
  findings(): readonly string[]
}

/** Watches everything that a hub logs for secrets, given literally or known by their shape. */
export function createLogGuard(bootstrap: unknown): LogGuard {
  const literal = secretsIn(bootstrap)
  const found: string[] = []
  const kept: string[] = []
  let rest = ''
  let bytes = 0
  let isClosed = false
  const check = (line: string): void => {
    for (const [name, shape] of SHAPES) if (shape.test(line)) found.push(`${name} in: ${line.slice(0, 2000)}`)
    if (literal.some((secret) => line.includes(secret))) found.push(`a given secret in: ${line.slice(0, 2000)}`)
  }
  return {
    take(chunk) {
      bytes += chunk.length
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) check(line)
      kept.push(...lines)
    },
    close(dataDir) {
      if (isClosed) return found
      isClosed = true
      check(rest)
      for (const secret of generatedSecrets(dataDir)) for (const line of kept) if (line.includes(secret)) found.push(`a key of the data folder in: ${line.slice(0, 2000)}`)
      report({ bytes, lines: kept.length, found })
      return found
    },
    findings: () => found,
  }
}

/** Values of `password`, `value`, `secret` and `token` at any depth of the bootstrap document. */
function secretsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return /^(password|value|secret|token)$/i.test(key) && value.length >= MIN_SECRET_CHARS ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one: unknown) => secretsIn(one, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) => secretsIn(one, name))
}

/** Every word of the files at the top of the data folder that only their owner reads: keys, the first admin's token. */
function generatedSecrets(dataDir: string): string[] {
  try {
    return readdirSync(dataDir, { withFileTypes: true }).flatMap((entry) => {
      const path = join(dataDir, entry.name)
      const isKeyFile = entry.isFile() && (statSync(path).mode & 0o077) === 0 && statSync(path).size <= MAX_KEY_FILE_BYTES
      return isKeyFile ? (readFileSync(path, 'latin1').match(/[\w+/=-]{24,}/g) ?? []).filter((word) => !word.startsWith('/')) : []
    })
  } catch {
    return []
  }
}

function report(counts: { readonly bytes: number; readonly lines: number; readonly found: readonly string[] }): void {
  if (REPORT_FOLDER === undefined) return
  mkdirSync(REPORT_FOLDER, { recursive: true })
  appendFileSync(join(REPORT_FOLDER, `${process.pid}.jsonl`), `${JSON.stringify(counts)}\n`)
}
