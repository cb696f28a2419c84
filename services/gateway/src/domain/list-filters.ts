import { HearthError } from '@hearth/errors'
import type { RepoKind } from '@hearth/hf-api'

/** The keys of a list's query that name tags, one way or another. */
export interface TagQuery {
  readonly filter: readonly string[]
  readonly tags: readonly string[]
  readonly other: readonly string[]
  readonly library: readonly string[]
  readonly language: readonly string[]
  readonly task: readonly string[]
  readonly license: readonly string[]
  readonly dataset: readonly string[]
}

/** The tags that a repo must have. What has a key of its own in the query stands with a prefix among the tags. */
export function requiredTags(kind: RepoKind, query: TagQuery): string[] {
  const isDataset = kind === 'datasets'
  const tags = [
    ...query.filter, ...query.tags, ...query.other, ...query.library, ...prefixed(query.language, isDataset ? 'language' : ''), ...prefixed(query.task, isDataset ? 'task_categories' : ''),
    ...prefixed(query.license, 'license'), ...prefixed(query.dataset, 'dataset'),
  ]
  return [...new Set(tags.flatMap((text) => text.split(',')).map((tag) => tag.trim()).filter((tag) => tag !== ''))]
}

function prefixed(values: readonly string[], prefix: string): readonly string[] {
  return prefix === '' ? values : values.map((value) => (value.startsWith(`${prefix}:`) ? value : `${prefix}:${value}`))
}

export interface ParameterRange {
  readonly min: bigint | undefined
  readonly max: bigint | undefined
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 }
const PART = /^(min|max):(\d{1,15}(?:\.\d{1,9})?)([KMBT]?)$/i

/** `min:6B,max:128B`, either part alone, in units of a thousand. Throws INVALID_ARGUMENT. */
export function parseParameterRange(text: string | undefined): ParameterRange {
  const range: { min?: bigint; max?: bigint } = {}
  for (const part of text === undefined ? [] : text.split(',')) {
    const [, end, digits, unit] = PART.exec(part.trim()) ?? []
    if (end === undefined || digits === undefined) throw new HearthError('INVALID_ARGUMENT', '"num_parameters" must look like min:6B,max:128B')
    const value = BigInt(Math.round(Number(digits) * (UNITS[(unit ?? '').toUpperCase()] ?? 1)))
    if (end.toLowerCase() === 'min') range.min = value
    else range.max = value
  }
  return { min: range.min, max: range.max }
}
