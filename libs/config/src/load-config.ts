import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { knownKeys, type KnownKey } from './known-keys.ts'
import { nearest } from './nearest.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface LoadedConfig<T> {
  /** Frozen. */
  readonly values: T
  /** Lines for the log: variables that nobody reads, with the nearest known name. */
  readonly warnings: readonly string[]
}

/** Set by tests and benches around the program, never read by it. */
const FOREIGN = /^HEARTH_(?:TEST|E2E|BENCH)_/

/** Reads a flat environment by one schema. Throws ConfigError with every problem. Empty variables count as absent. */
export function loadConfig<S extends z.ZodType>(schema: S, env: Env): LoadedConfig<z.output<S>> {
  const keys = knownKeys(schema)
  const given = givenValues(env)
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw new ConfigError(problemsOf(parsed.error, given, keys))
  const unknown = Object.keys(given).filter((name) => !keys.some((key) => key.name === name) && !FOREIGN.test(name))
  return { values: deepFreeze(parsed.data), warnings: unknown.map((name) => unknownKey(name, keys)) }
}

/** The configuration in force, one `NAME=value` per line, for `--check-config`. Secrets and passwords in URLs are `***`. */
export function describeConfig<S extends z.ZodType>(schema: S, env: Env): string {
  const { values, warnings } = loadConfig(schema, env)
  const given = givenValues(env)
  const lines = knownKeys(schema).map((key) => {
    const value: unknown = typeof values === 'object' && values !== null ? Reflect.get(values, key.name) : undefined
    if (value === undefined) return `# ${key.name} is not set`
    return `${key.name}=${shownValue(key, value)}${key.name in given ? '' : '  # default'}`
  })
  return [...lines, ...warnings.map((warning) => `# ${warning}`)].join('\n')
}

function givenValues(env: Env): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[0].startsWith('HEARTH_') && entry[1] !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value !== ''))
}

function problemsOf(error: z.ZodError, given: Readonly<Record<string, string>>, keys: readonly KnownKey[]): string[] {
  return error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '')
    if (name === '') return issue.message
    const value = given[name]
    if (value === undefined) return `${name}: is not set and has no default`
    const key = keys.find((one) => one.name === name) ?? { name, isSecret: true }
    return `${name}: ${problemText(issue)} (it is ${JSON.stringify(shownValue(key, value))})`
  })
}

function problemText(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' ? `must be one of ${issue.values.map(String).join(', ')}` : issue.message
}

function shownValue(key: KnownKey, value: unknown): string {
  if (key.isSecret) return '***'
  const text = Array.isArray(value) ? value.join(',') : String(value)
  return text.replace(/(\/\/[^:/@\s]*):[^@\s]*@/, '$1:***@').replace(/([?&](?:password|sslpassword)=)[^&]*/gi, '$1***')
}

function unknownKey(name: string, keys: readonly KnownKey[]): string {
  const similar = nearest(name, keys.map((key) => key.name))
  return `${name} is not a known variable${similar === undefined ? '' : `; did you mean ${similar}?`}`
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
