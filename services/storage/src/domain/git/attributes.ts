import { compileGlob, type Glob } from './glob.ts'

interface AttributeRule {
  readonly matches: Glob
  readonly isLfs: boolean
}

/** Which paths a .gitattributes text sends through git-lfs. Later rules win, as in git. */
export type LfsRules = (path: string) => boolean | undefined

const MAX_TEXT_CHARS = 1_000_000
const MAX_RULES = 5000

/** undefined for a path: no rule says anything about `filter`. Patterns that git ignores here (negation, macros, folders) are skipped. */
export function parseLfsRules(text: string): LfsRules {
  const rules: AttributeRule[] = []
  for (const line of text.slice(0, MAX_TEXT_CHARS).split('\n')) {
    const rule = parseRule(line)
    if (rule !== undefined && rules.length < MAX_RULES) rules.push(rule)
  }
  rules.reverse()
  return (path) => rules.find((rule) => rule.matches(path))?.isLfs
}

function parseRule(line: string): AttributeRule | undefined {
  const trimmed = line.trim()
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!') || trimmed.startsWith('[attr]')) return undefined
  const [pattern, rest] = splitPattern(trimmed)
  const filter = rest.split(/\s+/).findLast((word) => /^[-!]?filter(?:=|$)/.test(word))
  if (filter === undefined || pattern === '' || pattern.endsWith('/')) return undefined
  return { matches: compileGlob(pattern), isLfs: filter === 'filter=lfs' }
}

/** A pattern with blanks stands in double quotes with C escapes. */
function splitPattern(line: string): readonly [string, string] {
  if (line.startsWith('"')) {
    const quoted = /^"((?:[^"\\]|\\.)*)"\s*(.*)$/.exec(line)
    if (quoted !== null) return [(quoted[1] ?? '').replace(/\\(["\\])/g, '$1'), quoted[2] ?? '']
  }
  const blank = line.search(/\s/)
  return blank < 0 ? [line, ''] : [line.slice(0, blank), line.slice(blank + 1)]
}

const LFS_WORDS = 'filter=lfs diff=lfs merge=lfs -text'

/** Extensions that repos keep as plain text too: a rule for all of them would turn small text files into pointers. */
const TEXT_EXTENSIONS = new Set('json jsonl ndjson txt md yaml yml csv tsv xml html py js ts toml ini cfg svg tex sql log ipynb'.split(' '))
const MAX_ADDED_PATHS = 32

/**
 * The .gitattributes text in which every path of `lfsPaths` is an LFS file; undefined when `text` says so already.
 * Adds a rule for a whole extension where that is safe, so that thousands of shards add one line; the caller's lines stay.
 */
export function coverLfsPaths(text: string, lfsPaths: readonly string[]): string | undefined {
  const rules = parseLfsRules(text)
  const uncovered = lfsPaths.filter((path) => rules(path) !== true)
  if (uncovered.length === 0) return undefined
  const patterns = [...new Set(uncovered.map(patternFor))]
  const exact = patterns.filter((pattern) => !pattern.startsWith('*'))
  const kept = exact.length <= MAX_ADDED_PATHS ? patterns : [...new Set(uncovered.map(extensionPatternFor))]
  const head = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return head + kept.map((pattern) => `${pattern} ${LFS_WORDS}\n`).join('')
}

function patternFor(path: string): string {
  const extension = extensionOf(path)
  return extension === undefined || TEXT_EXTENSIONS.has(extension.toLowerCase()) ? quotePattern(escapeGlob(`/${path}`)) : quotePattern(`*.${escapeGlob(extension)}`)
}

function extensionPatternFor(path: string): string {
  const extension = extensionOf(path)
  if (extension !== undefined) return quotePattern(`*.${escapeGlob(extension)}`)
  const slash = path.lastIndexOf('/')
  return quotePattern(slash < 0 ? escapeGlob(`/${path}`) : `${escapeGlob(`/${path.slice(0, slash)}`)}/**`)
}

function extensionOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  const extension = name.slice(dot + 1)
  return dot < 1 || extension === '' || extension.length > 32 ? undefined : extension
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}

function quotePattern(pattern: string): string {
  return /[\s"]/.test(pattern) ? `"${pattern.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"` : pattern
}
