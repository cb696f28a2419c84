// Fences fail open: a resolver that finds nothing reports nothing. So the folder tree/ mirrors the real layout with planted
// violations, each announced in a comment above its line, and this check runs the project's own lint configuration on it:
// every announced violation must be found, and nothing else.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'

/** Planted by hand; the number is asserted so that an announcement cannot get lost together with its violation. */
const PLANTED = 56
const ANNOUNCEMENT = /^\s*\/\/ VIOLATES ([^:]+):/

export interface CanaryResult {
  readonly found: number
  /** Empty when the fence works. */
  readonly problems: readonly string[]
}

/** Lints the planted tree with the configuration of the project at `root`. */
export function checkCanary(root: string): CanaryResult {
  const work = mkdtempSync(join(tmpdir(), 'hearth-canary-'))
  try {
    cpSync(join(root, 'tools', 'boundary-canary', 'tree'), work, { recursive: true })
    cpSync(join(root, '.oxlintrc.json'), join(work, '.oxlintrc.json'))
    linkModules(root, work)
    return compare(announced(work), reported(root, work))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Packages of the planted tree by their workspace names, everything else from the project. */
function linkModules(root: string, work: string): void {
  const modules = join(work, 'node_modules')
  mkdirSync(join(modules, '@hearth'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@hearth' && !name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const folder of ['proto', ...['libs', 'services'].flatMap((parent) => readdirSync(join(work, parent)).map((name) => join(parent, name)))]) {
    symlinkSync(join(work, folder), join(modules, '@hearth', basename(folder)))
  }
}

/** `file:line rule` of every announcement; a whole-file rule is announced on the first line. */
function announced(work: string): string[] {
  return readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.startsWith('node_modules') && statSync(join(work, name)).isFile()).flatMap((name) =>
    readFileSync(join(work, name), 'utf8').split('\n').flatMap((line, index) => {
      const rules = ANNOUNCEMENT.exec(line)?.[1]?.split(' ') ?? []
      return rules.map((rule) => `${name}:${rule === 'boundaries/no-unknown-files' ? 1 : index + 2} ${rule}`)
    }))
}

interface Diagnostic {
  readonly code: string
  readonly filename: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

function reported(root: string, work: string): string[] {
  const done = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['--format', 'json'], { cwd: work, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (done.error !== undefined) throw done.error
  const report = parseReport(done.stdout, done.stderr)
  return report.map((one) => `${relative(work, join(work, one.filename))}:${one.labels[0]?.span.line ?? 1} ${ruleName(one.code)}`)
}

function parseReport(stdout: string, stderr: string): readonly Diagnostic[] {
  try {
    const report: { readonly diagnostics: readonly Diagnostic[] } = JSON.parse(stdout)
    return report.diagnostics
  } catch {
    throw new Error(`oxlint gave no report: ${stdout.slice(0, 500)} ${stderr.slice(0, 500)}`)
  }
}

/** `eslint(max-params)` and `boundaries(dependencies)` as the configuration spells them. */
function ruleName(code: string): string {
  const [, plugin = '', rule = ''] = /^([^(]+)\((.+)\)$/.exec(code) ?? []
  if (plugin === 'eslint') return rule
  return `${plugin.replace('eslint-plugin-', '')}/${rule}`
}

function compare(expected: readonly string[], actual: readonly string[]): CanaryResult {
  const problems = [
    ...expected.filter((one) => !actual.includes(one)).map((one) => `planted but not found: ${one}`),
    ...actual.filter((one) => !expected.includes(one)).map((one) => `found but not planted: ${one}`),
  ]
  if (expected.length !== PLANTED) problems.push(`${expected.length} violations are announced, ${PLANTED} were planted`)
  if (new Set(actual).size !== actual.length) problems.push('a violation was reported twice')
  return { found: actual.length, problems }
}

if (import.meta.main) {
  const { found, problems } = checkCanary(join(import.meta.dirname, '..', '..'))
  for (const problem of problems) console.error(problem)
  console.info(`${found} violations found`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
