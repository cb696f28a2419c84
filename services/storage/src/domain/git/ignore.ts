import { compileGlob, type Glob } from './glob.ts'

interface IgnoreRule {
  readonly matches: Glob
  readonly isNegated: boolean
  readonly isFolderOnly: boolean
}

const MAX_TEXT_CHARS = 1_000_000

/** Tells which paths a .gitignore at the root excludes. A file below an excluded folder stays excluded, as in git. */
export function parseIgnoreRules(text: string): (path: string) => boolean {
  const rules: IgnoreRule[] = []
  for (const line of text.slice(0, MAX_TEXT_CHARS).split(/\r?\n/)) {
    const rule = parseRule(line)
    if (rule !== undefined) rules.push(rule)
  }
  rules.reverse()
  return (path) => rules.length > 0 && isIgnored(rules, path)
}

function isIgnored(rules: readonly IgnoreRule[], path: string): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (decide(rules, path.slice(0, slash), true)) return true
  }
  return decide(rules, path, false)
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

function parseRule(line: string): IgnoreRule | undefined {
  let pattern = trimBlanks(line)
  if (pattern === '' || pattern.startsWith('#')) return undefined
  const isNegated = pattern.startsWith('!')
  if (isNegated) pattern = pattern.slice(1)
  const isFolderOnly = pattern.endsWith('/')
  if (isFolderOnly) pattern = pattern.slice(0, -1)
  return pattern === '' ? undefined : { matches: compileGlob(pattern), isNegated, isFolderOnly }
}
