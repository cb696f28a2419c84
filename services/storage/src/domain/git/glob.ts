import { HearthError } from '@hearth/errors'

/**
 * Shell patterns as .gitignore and .gitattributes use them, matched in time linear in pattern x path: a pattern is
 * untrusted text, so no backtracking. Tokens are run as an automaton with one bit for each position in the pattern.
 */
type Token =
  | { readonly kind: 'char'; readonly value: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'globstar' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }

const STARS: ReadonlySet<Token['kind']> = new Set(['star', 'globstar', 'folders'])

export type Glob = (path: string) => boolean

const MAX_TOKENS = 256
const MAX_STARS = 8

/** Steps that may be taken for one text of patterns, whatever paths they are held against: a second or two. */
export interface MatchBudget {
  left: number
}

const MAX_STEPS = 20_000_000

export function openMatchBudget(): MatchBudget {
  return { left: MAX_STEPS }
}

/** A pattern without a slash is matched against the base name, any other against the whole path. A match throws TOO_LARGE when the budget is used up. */
export function compileGlob(pattern: string, budget: MatchBudget): Glob {
  const anchored = pattern.includes('/')
  const text = pattern.startsWith('/') ? pattern.slice(1) : pattern
  const suffix = /^\*([^*?[\]\\/]+)$/.exec(text)?.[1]
  if (suffix !== undefined && !anchored) return (path) => path.endsWith(suffix)
  if (!/[*?[\\]/.test(text)) return anchored ? (path) => path === text : (path) => path === text || path.endsWith(`/${text}`)
  const tokens = tokenize(text)
  if (tokens.length > MAX_TOKENS || tokens.filter((token) => STARS.has(token.kind)).length > MAX_STARS) return () => false
  return (path) => runTokens(tokens, anchored ? path : path.slice(path.lastIndexOf('/') + 1), budget)
}

function spend(budget: MatchBudget, steps: number): void {
  budget.left -= steps
  if (budget.left < 0) throw new HearthError('TOO_LARGE', 'The patterns of this .gitignore or .gitattributes take too long to match: send fewer files at once, or simpler patterns')
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const [token, next] = readToken(text, at)
    tokens.push(token)
    at = next
  }
  return tokens
}

function readToken(text: string, at: number): readonly [Token, number] {
  const char = text.charAt(at)
  if (char === '\\' && at + 1 < text.length) return [{ kind: 'char', value: text.charAt(at + 1) }, at + 2]
  if (char === '?') return [{ kind: 'any' }, at + 1]
  if (char === '[') return readClass(text, at) ?? [{ kind: 'char', value: char }, at + 1]
  return char === '*' ? readStars(text, at) : [{ kind: 'char', value: char }, at + 1]
}

/** Two stars reach over slashes only where they fill a whole segment. */
function readStars(text: string, at: number): readonly [Token, number] {
  const isDouble = text.startsWith('**', at) && (at === 0 || text.charAt(at - 1) === '/')
  if (isDouble && text.charAt(at + 2) === '/') return [{ kind: 'folders' }, at + 3]
  if (isDouble && at + 2 === text.length) return [{ kind: 'globstar' }, at + 2]
  let end = at + 1
  while (text.charAt(end) === '*') end += 1
  return [{ kind: 'star' }, end]
}

function readClass(text: string, at: number): readonly [Token, number] | undefined {
  const negated = text.charAt(at + 1) === '!' || text.charAt(at + 1) === '^'
  const start = at + (negated ? 2 : 1)
  const end = text.indexOf(']', start + 1)
  if (end < 0) return undefined
  const body = Array.from(text.slice(start, end))
  const ranges: (readonly [string, string])[] = []
  for (let index = 0; index < body.length; index += 1) {
    const low = body[index] ?? ''
    const isRange = body[index + 1] === '-' && index + 2 < body.length
    ranges.push([low, isRange ? (body[index + 2] ?? low) : low])
    if (isRange) index += 2
  }
  return [{ kind: 'class', negated, ranges }, end + 1]
}

function runTokens(tokens: readonly Token[], path: string, budget: MatchBudget): boolean {
  let states = closeOver(tokens, new Set([0]))
  let isSegmentStart = true
  for (const char of path) {
    const next = new Set<number>()
    spend(budget, states.size + 1)
    for (const state of states) step(tokens, state, char, next)
    if (next.size === 0) return false
    isSegmentStart = char === '/'
    states = closeOver(tokens, next, isSegmentStart)
  }
  return states.has(tokens.length)
}

/** Adds the states that are reached without eating a character. `folders` may be left only at the start of a segment. */
function closeOver(tokens: readonly Token[], states: Set<number>, isSegmentStart = true): Set<number> {
  for (const state of states) {
    const kind = tokens[state]?.kind
    if (kind === 'star' || (kind === 'folders' && isSegmentStart)) states.add(state + 1)
  }
  return states
}

function step(tokens: readonly Token[], state: number, char: string, next: Set<number>): void {
  const token = tokens[state]
  if (token === undefined) return
  switch (token.kind) {
    case 'char': if (token.value === char) next.add(state + 1); return
    case 'any': if (char !== '/') next.add(state + 1); return
    case 'star': if (char !== '/') next.add(state); return
    case 'folders': next.add(state); return
    case 'globstar': next.add(state).add(state + 1); return
    case 'class': if (char !== '/' && inClass(token, char)) next.add(state + 1)
  }
}

function inClass(token: Extract<Token, { kind: 'class' }>, char: string): boolean {
  return token.ranges.some(([low, high]) => char >= low && char <= high) !== token.negated
}
