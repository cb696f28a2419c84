import { isScalar, LineCounter, parseDocument, visit, type Document, type YAMLMap } from 'yaml'
import { isJsonObject, toJsonValue, type JsonObject } from './json-value.ts'

/** Longest metadata block that is read, in characters. */
export const MAX_FRONT_MATTER_CHARS = 1 << 20
const MAX_ALIASES = 100
const MAX_REPORTED = 10
const TOO_LONG = `the metadata block is longer than the limit of ${MAX_FRONT_MATTER_CHARS} characters`
const TOO_MANY_ALIASES = `the metadata block uses more than ${MAX_ALIASES} aliases`

export type Card =
  /** No metadata block, or an empty one. */
  | { readonly kind: 'bare'; readonly body: string }
  | { readonly kind: 'read'; readonly data: JsonObject; readonly body: string }
  | { readonly kind: 'broken'; readonly errors: readonly string[]; readonly body: string }

interface Block {
  readonly yaml: string
  readonly body: string
}

/** Reads the metadata block of a README (YAML 1.2 core schema: `no` and `2024-01-01` stay strings). Never throws. */
export function parseCard(text: string): Card {
  const block = findBlock(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  if (block === undefined) return { kind: 'bare', body: text }
  return block.yaml.length > MAX_FRONT_MATTER_CHARS ? { kind: 'broken', errors: [TOO_LONG], body: block.body } : readBlock(block)
}

/** So many characters of a README decide what `parseCard` says of it, whatever comes after them. */
export const DECIDING_CHARS = MAX_FRONT_MATTER_CHARS + 64

function findBlock(text: string): Block | undefined {
  const open = /^---[ \t]{0,32}(?:\r\n|\n|\r)/.exec(text)
  if (open === null) return undefined
  const rest = text.slice(open[0].length)
  const close = /(?:^|\r\n|\n|\r)---[ \t]{0,32}(?:\r\n|\n|\r|$)/.exec(rest.length > DECIDING_CHARS ? rest.slice(0, DECIDING_CHARS) : rest)
  if (close === null) return rest.length > MAX_FRONT_MATTER_CHARS ? { yaml: rest, body: '' } : undefined
  return { yaml: rest.slice(0, close.index), body: rest.slice(close.index + close[0].length) }
}

function readBlock({ yaml, body }: Block): Card {
  const lines = new LineCounter()
  const broken = (errors: string[]): Card => ({ kind: 'broken', errors, body })
  try {
    const document = parseDocument(yaml, { version: '1.2', schema: 'core', merge: false, uniqueKeys: false, intAsBigInt: true, prettyErrors: false, lineCounter: lines, logLevel: 'silent' })
    const faults = document.errors.length > 0 ? describeErrors(document, lines) : findFaults(document, lines)
    if (faults.length > 0) return broken(faults)
    const data = toJsonValue(document.toJS({ maxAliasCount: MAX_ALIASES }))
    if (data === null) return { kind: 'bare', body }
    if (!isJsonObject(data)) return broken(['the metadata block must be a mapping of keys to values'])
    return { kind: 'read', data, body }
  } catch (error) {
    return broken([describeThrown(error)])
  }
}

function describeErrors(document: Document, lines: LineCounter): string[] {
  // The block begins on the second line of the file.
  return document.errors.slice(0, MAX_REPORTED).map((error) => `line ${lines.linePos(error.pos[0]).line + 1}: ${firstLine(error.message)}`)
}

/** The library's own check for equal keys is quadratic, and so is resolving many aliases: both are bounded here in one walk. */
function findFaults(document: Document, lines: LineCounter): string[] {
  const faults: string[] = []
  let aliases = 0
  visit(document, {
    Alias: () => {
      aliases += 1
      return aliases > MAX_ALIASES ? visit.BREAK : undefined
    },
    Map: (_key, map) => {
      const twice = findRepeatedKey(map)
      if (twice === undefined) return undefined
      faults.push(`line ${lines.linePos(twice.offset).line + 1}: the key "${twice.key.slice(0, 100)}" stands here a second time`)
      return faults.length >= MAX_REPORTED ? visit.BREAK : undefined
    },
  })
  return aliases > MAX_ALIASES ? [TOO_MANY_ALIASES] : faults
}

function findRepeatedKey(map: YAMLMap): { readonly key: string; readonly offset: number } | undefined {
  const seen = new Set<string>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    const name = String(key.value)
    if (seen.has(name)) return { key: name, offset: key.range?.[0] ?? 0 }
    seen.add(name)
  }
  return undefined
}

function describeThrown(error: unknown): string {
  if (error instanceof ReferenceError) return TOO_MANY_ALIASES
  if (error instanceof RangeError) return 'the metadata block is nested too deeply'
  return 'the metadata block cannot be read'
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message
}
