import type { DetailChoice, RepoFacts, WeightFacts, WideFacts } from '../domain/catalogue/facts.ts'

export interface FactsRow {
  readonly tags: string
  readonly pipeline_tag: string | null
  readonly library_name: string | null
  readonly card?: string | null
  readonly config?: string | null
  readonly mask_token?: string | null
  readonly transformers?: string | null
  readonly description?: string | null
  readonly citation?: string | null
  readonly has_app_file?: boolean | null
  readonly weights?: string | null
}

/** Tags hold no control characters. An array's text form costs the driver a quarter of the whole row. */
const SEPARATOR = '\u001f'
const ROW_COLUMNS = `array_to_string(r.tags, E'\\x1f') as tags, r.pipeline_tag, r.library_name`
const EXTRA_COLUMNS = 'c.mask_token, c.transformers, c.description, c.citation, c.has_app_file'

/** Columns of `repos r`, and of `repo_cards c` where the choice needs it. */
export function factsColumns(choice: DetailChoice): string {
  const wide = [choice.card ? 'c.card' : '', choice.config ? 'c.config' : '', choice.extras ? EXTRA_COLUMNS : '', choice.weights ? 'c.weights' : '']
  return [ROW_COLUMNS, ...wide.filter((text) => text !== '')].join(', ')
}

export function needsCard(choice: DetailChoice): boolean {
  return choice.card || choice.config || choice.extras || choice.weights
}

export function factsOf(row: FactsRow): RepoFacts {
  return {
    tags: row.tags === '' ? [] : row.tags.split(SEPARATOR), pipelineTag: row.pipeline_tag ?? undefined, libraryName: row.library_name ?? undefined,
    wide: wideOf(row), weights: weightsOf(row.weights),
  }
}

function wideOf(row: FactsRow): WideFacts {
  return {
    cardJson: row.card ?? undefined, configJson: row.config ?? undefined, maskToken: row.mask_token ?? undefined, transformersJson: row.transformers ?? undefined,
    description: row.description ?? undefined, citation: row.citation ?? undefined, hasAppFile: row.has_app_file ?? false,
  }
}

interface StoredWeights {
  readonly counts?: Readonly<Record<string, number>>
  readonly total?: number
  readonly invalid?: string
}

function weightsOf(text: string | null | undefined): WeightFacts | undefined {
  if (text === null || text === undefined) return undefined
  const stored = JSON.parse(text) as StoredWeights
  return stored.invalid === undefined ? { kind: 'counted', counts: stored.counts ?? {}, total: stored.total ?? 0 } : { kind: 'invalid', reason: stored.invalid }
}

export function weightsText(facts: WeightFacts): string {
  const stored: StoredWeights = facts.kind === 'counted' ? { counts: facts.counts, total: facts.total } : { invalid: facts.reason.replaceAll('\0', '') }
  return JSON.stringify(stored)
}
