export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** Whole numbers that a double cannot hold travel as their own digits; the language's type library does not know these yet. */
interface ExactJson {
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
}
const EXACT = JSON as unknown as ExactJson

const LONG_DIGITS = /\d{16}/
const WHOLE = /^-?(?:0|[1-9]\d*)$/

/** A number with exactly these digits, which `JSON.stringify` writes unchanged. Opaque to everything else. */
export function exactNumber(digits: string): JsonValue {
  const value = Number(digits)
  // A frozen object that only JSON.stringify can read; callers see a value of unknown shape.
  return Number.isSafeInteger(value) ? value : (EXACT.rawJSON(digits) as unknown as JsonValue)
}

export function isExactNumber(value: unknown): boolean {
  return EXACT.isRawJSON(value)
}

/** `JSON.parse` that keeps the digits of whole numbers beyond 2^53. Throws SyntaxError. */
export function parseExactJson(text: string): JsonValue {
  if (!LONG_DIGITS.test(text)) return JSON.parse(text) as JsonValue
  return EXACT.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined || !WHOLE.test(source)) return value
    return EXACT.rawJSON(source)
  }) as JsonValue
}
