import { parseLfsRules } from './attributes.ts'
import { splitPath } from './path-rules.ts'

const LFS_WORDS = 'filter=lfs diff=lfs merge=lfs -text'

/** Extensions that repos keep as plain text too: a rule for all of them would turn small text files into pointers. */
const TEXT_EXTENSIONS = new Set('json jsonl ndjson txt md yaml yml csv tsv xml html py js ts toml ini cfg svg tex sql log ipynb'.split(' '))
/** So many single files of one commit are named one by one. */
const MAX_SINGLE = 32

interface Level {
  readonly patternFor: (path: string) => string
  /** What the rules of this kind may come to in all; a wider level has room left when the one before has none. */
  readonly maxRules: number
  readonly maxBytes: number
}

const KIB = 1024
/** The whole file stays small enough to be sent with every checkout and read with every upload. */
const WIDEST: Level = { patternFor: topFolderPattern, maxRules: 96, maxBytes: 15 * KIB }
/** From narrow to wide: the first that fits is taken. Wider ones can catch small text files too, so they come only when they must. */
const LEVELS: readonly Level[] = [
  { patternFor: narrowPattern, maxRules: 72, maxBytes: 9 * KIB }, { patternFor: shapePattern, maxRules: 80, maxBytes: 11 * KIB },
  { patternFor: extensionPattern, maxRules: 86, maxBytes: 12 * KIB }, { patternFor: folderPattern, maxRules: 91, maxBytes: 14 * KIB }, WIDEST,
]

/**
 * The .gitattributes text in which every path of `lfsPaths` is an LFS file; undefined when `text` says so already, or has no room.
 * What is there stays line for line. Thousands of shards add one line, and all that was ever added has a bound.
 */
export function coverLfsPaths(text: string, lfsPaths: readonly string[]): string | undefined {
  const rules = parseLfsRules(text)
  const uncovered = lfsPaths.filter((path) => rules(path) !== true)
  if (uncovered.length === 0) return undefined
  const used = usedIn(text)
  for (const level of LEVELS) {
    const patterns = [...new Set(uncovered.map(level.patternFor))]
    const isTooFine = level === LEVELS[0] && patterns.filter(isSingleFile).length > MAX_SINGLE
    if (!isTooFine && fits(patterns, used, level)) return withRules(text, patterns)
  }
  const kept: string[] = []
  for (const pattern of new Set(uncovered.map(topFolderPattern))) if (fits([...kept, pattern], used, WIDEST)) kept.push(pattern)
  return kept.length === 0 ? undefined : withRules(text, kept)
}

interface Used {
  readonly rules: number
  readonly bytes: number
}

/** Only rules of this kind count: a long file of the owner's own making does not shut ours out. */
function usedIn(text: string): Used {
  const ours = text.split('\n').filter((line) => line.trimEnd().endsWith(LFS_WORDS))
  return { rules: ours.length, bytes: ours.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) }
}

function fits(patterns: readonly string[], used: Used, level: Level): boolean {
  return used.rules + patterns.length <= level.maxRules && used.bytes + Buffer.byteLength(rulesOf(patterns)) <= level.maxBytes
}

function isSingleFile(pattern: string): boolean {
  return pattern.startsWith('/') || pattern.startsWith('"/')
}

function withRules(text: string, patterns: readonly string[]): string {
  return (text === '' || text.endsWith('\n') ? text : `${text}\n`) + rulesOf(patterns)
}

function rulesOf(patterns: readonly string[]): string {
  return patterns.map((pattern) => `${pattern} ${LFS_WORDS}\n`).join('')
}

/** All files of an extension where that is safe, else the very file. */
function narrowPattern(path: string): string {
  const extension = extensionOf(path)
  const isSafe = extension !== undefined && !TEXT_EXTENSIONS.has(extension.toLowerCase())
  return quotePattern(isSafe ? `*.${escapeGlob(extension)}` : `/${escapeGlob(path)}`)
}

/** Files whose paths differ in their numbers alone. */
function shapePattern(path: string): string {
  const narrow = narrowPattern(path)
  return isSingleFile(narrow) ? quotePattern(`/${path.split(/\d+/).map(escapeGlob).join('[0-9]*')}`) : narrow
}

function extensionPattern(path: string): string {
  const extension = extensionOf(path)
  return extension === undefined ? shapePattern(path) : quotePattern(`*.${escapeGlob(extension)}`)
}

/** Everything below a folder. A file at the root has none: to catch all files of a repo would help nobody. */
function folderPattern(path: string): string {
  const [folder] = splitPath(path)
  return folder === '' ? extensionPattern(path) : quotePattern(`/${escapeGlob(folder)}/**`)
}

function topFolderPattern(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? extensionPattern(path) : quotePattern(`/${escapeGlob(path.slice(0, slash))}/**`)
}

/** undefined for what only looks like one: ".hidden", "model.00001-of-00002", "v1.0". */
function extensionOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  const extension = name.slice(dot + 1)
  return dot >= 1 && /^[A-Za-z][\w+]{0,15}$/.test(extension) ? extension : undefined
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}

function quotePattern(pattern: string): string {
  return /[\s"]/.test(pattern) ? `"${pattern.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"` : pattern
}
