import type { Db } from '@hearth/db'
import { LRUCache } from 'lru-cache'
import type { DetailChoice } from '../domain/catalogue/facts.ts'
import type { ListedRepo, RepoListQuery, RepoPage } from '../domain/repo-store-port.ts'
import { factsColumns, factsOf, needsCard, type FactsRow } from './facts-row.ts'
import type { ListEstimate } from './list-estimate.ts'
import { buildPageStatement } from './repo-list-sql.ts'
import { REPO_COLUMNS, repoOf, type RepoRow } from './repo-row.ts'

/**
 * Pages of repos. The database says which rows, by id and version (the transaction that wrote the row last; what a card
 * holds is written together with its repo); rows that were read before in the same version are not read again.
 */
export interface ListedRows {
  list(query: RepoListQuery): Promise<RepoPage>
}

const MAX_ROWS = 10_000
/** Wide rows count for what they weigh. */
const WIDE_CHARS = 1000

export function createListedRows(db: Pick<Db, 'query'>, estimate: ListEstimate): ListedRows {
  const known = new LRUCache<string, ListedRepo>({ maxSize: MAX_ROWS, maxEntrySize: MAX_ROWS / 50, sizeCalculation: weightOf })
  return {
    async list(query) {
      const variant = variantOf(query.details)
      // One more than the page, to know whether there is a next one.
      const [page] = await db.query<{ rows: string | null }>(buildPageStatement({ ...query, limit: query.limit + 1 }, estimate.planFor(query)))
      const keys = (page?.rows ?? '').split(',', query.limit + 1).filter((key) => key !== '').map((key) => variant + key)
      const shown = keys.slice(0, query.limit)
      const found = new Map(shown.map((key) => [key, known.get(key)]))
      const missing = shown.filter((key) => found.get(key) === undefined)
      if (missing.length > 0) {
        const rows = await readRows(db, query.details, missing.map((key) => idOf(key, variant)))
        for (const row of rows) known.set(variant + row.version, row)
        placeRead(found, rows, variant)
      }
      return { rows: shown.flatMap((key) => found.get(key) ?? []), hasMore: keys.length > shown.length }
    },
  }
}

/** A row that was written again between the two questions is shown as it is now, at the place that it had; one that is gone is left out. */
function placeRead(found: Map<string, ListedRepo | undefined>, rows: readonly ListedRepo[], variant: string): void {
  const byId = new Map(rows.map((row) => [row.repo.id as string, row]))
  for (const [key, row] of found) if (row === undefined) found.set(key, byId.get(idOf(key, variant)))
}

function idOf(key: string, variant: string): string {
  return key.slice(variant.length, variant.length + 24)
}

function variantOf({ card, config, extras, weights }: DetailChoice): string {
  return `${[card, config, extras, weights].map(Number).join('')} `
}

function weightOf({ facts: { wide } }: ListedRepo): number {
  return 1 + Math.ceil(((wide?.cardJson?.length ?? 0) + (wide?.configJson?.length ?? 0) + (wide?.description?.length ?? 0)) / WIDE_CHARS)
}

async function readRows(db: Pick<Db, 'query'>, details: DetailChoice, ids: readonly string[]): Promise<readonly ListedRepo[]> {
  const card = needsCard(details) ? ' left join repo_cards c on c.repo_id = r.id' : ''
  const text = `select r.id || ' ' || r.xmin::text as version, ${REPO_COLUMNS}, ${factsColumns(details)} from repos r${card} where r.id = any($1::text[])`
  const rows = await db.query<RepoRow & FactsRow & { readonly version: string }>({ name: `listed-rows-${variantOf(details).trim()}`, text, values: [ids] })
  return rows.map((row) => ({ version: row.version, repo: repoOf(row), facts: factsOf(row) }))
}
