import { compileGlob, openMatchBudget, type Glob, type MatchBudget } from './glob.ts'
import { splitPath } from './path-rules.ts'

interface AttributeRule {
  readonly matches: Glob
  readonly isLfs: boolean
}

/** Which paths a .gitattributes text sends through git-lfs. Later rules win, as in git. */
export type LfsRules = (path: string) => boolean | undefined

export const ATTRIBUTES_PATH = '.gitattributes'
/** Files below the root that are looked at for one upload or commit. */
export const MAX_NESTED_ATTRIBUTES = 100

const MAX_TEXT_CHARS = 1_000_000
const MAX_RULES = 5000

/** undefined for a path: no rule says anything about `filter`. Patterns that git ignores here (negation, macros, folders) are skipped. */
export function parseLfsRules(text: string): LfsRules {
  const rules: AttributeRule[] = []
  const budget = openMatchBudget()
  for (const line of text.slice(0, MAX_TEXT_CHARS).split('\n')) {
    const rule = parseRule(line, budget)
    if (rule !== undefined && rules.length < MAX_RULES) rules.push(rule)
  }
  rules.reverse()
  return (path) => rules.find((rule) => rule.matches(path))?.isLfs
}

/**
 * Rules of all .gitattributes files of a tree, by the folder that each is in ("" for the root). Patterns are relative to that folder,
 * and the deepest file that says something about a path decides.
 */
export function layerLfsRules(texts: ReadonlyMap<string, string>): LfsRules {
  const byFolder = new Map([...texts].map(([folder, text]) => [folder, parseLfsRules(text)]))
  return (path) => {
    for (let [folder] = splitPath(path); ; [folder] = splitPath(folder)) {
      const verdict = byFolder.get(folder)?.(folder === '' ? path : path.slice(folder.length + 1))
      if (verdict !== undefined || folder === '') return verdict
    }
  }
}

function parseRule(line: string, budget: MatchBudget): AttributeRule | undefined {
  const trimmed = line.trim()
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!') || trimmed.startsWith('[attr]')) return undefined
  const [pattern, rest] = splitPattern(trimmed)
  const filter = rest.split(/\s+/).findLast((word) => /^[-!]?filter(?:=|$)/.test(word))
  if (filter === undefined || pattern === '' || pattern.endsWith('/')) return undefined
  return { matches: compileGlob(pattern, budget), isLfs: filter === 'filter=lfs' }
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
