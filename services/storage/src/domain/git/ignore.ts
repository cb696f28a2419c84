import { compileGlob, openMatchBudget, type Glob, type MatchBudget } from './glob.ts'

interface IgnoreRule {
  readonly matches: Glob
  readonly isNegated: boolean
  readonly isFolderOnly: boolean
}

const MAX_TEXT_CHARS = 1_000_000
const MAX_RULES = 5000
const MAX_KNOWN_FOLDERS = 10_000

/**
 * Tells which paths a .gitignore at the root excludes. A file below an excluded folder stays excluded, as in git.
 * The text is a stranger's: packages that make regular expressions of patterns can be held for minutes by a few double stars in a row.
 */
export function parseIgnoreRules(text: string): (path: string) => boolean {
  const rules: IgnoreRule[] = []
  const budget = openMatchBudget()
  for (const line of text.slice(0, MAX_TEXT_CHARS).split(/\r?\n/)) {
    const rule = parseRule(line, budget)
    if (rule !== undefined && rules.length < MAX_RULES) rules.push(rule)
  }
  rules.reverse()
  const folders = new Map<string, boolean>()
  return (path) => rules.length > 0 && (isBelowIgnored(rules, path, folders) || decide(rules, path, false))
}

/** `known`: what was decided for the folders of other paths. */
function isBelowIgnored(rules: readonly IgnoreRule[], path: string, known: Map<string, boolean>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash)
    const verdict = known.get(folder) ?? decide(rules, folder, true)
    if (known.size < MAX_KNOWN_FOLDERS) known.set(folder, verdict)
    if (verdict) return true
  }
  return false
}

function decide(rules: readonly IgnoreRule[], path: string, isFolder: boolean): boolean {
  const rule = rules.find((candidate) => (isFolder || !candidate.isFolderOnly) && candidate.matches(path))
  return rule !== undefined && !rule.isNegated
}

/** Blanks at the end do not count, unless a backslash keeps the first of them. */
function trimBlanks(line: string): string {
  const trimmed = line.trimEnd()
  return trimmed.endsWith('\\') && trimmed.length < line.length ? `${trimmed} ` : trimmed
}

function parseRule(line: string, budget: MatchBudget): IgnoreRule | undefined {
  let pattern = trimBlanks(line)
  if (pattern === '' || pattern.startsWith('#')) return undefined
  const isNegated = pattern.startsWith('!')
  if (isNegated) pattern = pattern.slice(1)
  const isFolderOnly = pattern.endsWith('/')
  if (isFolderOnly) pattern = pattern.slice(0, -1)
  return pattern === '' ? undefined : { matches: compileGlob(pattern, budget), isNegated, isFolderOnly }
}
