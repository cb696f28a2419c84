import { exactNumber, isExactNumber, parseExactJson, type JsonValue } from './exact-json.ts'

export type { JsonValue } from './exact-json.ts'
export type JsonObject = { readonly [key: string]: JsonValue }

const MAX_DEPTH = 64

/** The value as strict JSON can say it: NaN and infinities become null, anything below 64 levels too; no digit of a whole number is lost. */
export function toJsonValue(value: unknown, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) return null
  switch (typeof value) {
    case 'string': case 'boolean': return value
    case 'number': return Number.isFinite(value) ? value : null
    case 'bigint': return exactNumber(String(value))
    case 'object': return value === null ? null : isExactNumber(value) ? (value as JsonValue) : toContainer(value, depth)
    default: return null
  }
}

function toContainer(value: object, depth: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => toJsonValue(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJsonValue(item, depth + 1)]))
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string or a list of scalars as a list of strings; anything else is left out. */
export function toStrings(value: JsonValue | undefined): string[] {
  const items: readonly JsonValue[] = isList(value) ? value : value === undefined ? [] : [value]
  return items.flatMap((item) => (typeof item === 'string' ? [item] : typeof item === 'number' || typeof item === 'boolean' ? [String(item)] : []))
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** An object written by this program itself; undefined for anything else. */
export function parseJsonObject(text: string | undefined): JsonObject | undefined {
  const value = text === undefined ? undefined : parseExactJson(text)
  return isJsonObject(value) ? value : undefined
}
