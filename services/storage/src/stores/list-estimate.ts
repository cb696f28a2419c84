import type { Db } from '@hearth/db'
import { foldRepoPath, type RepoType } from '../domain/repo.ts'
import type { RepoListQuery } from '../domain/repo-store-port.ts'
import type { ListPlan } from './repo-list-sql.ts'

/** Chooses how to find a page, by a sample of the repos that is at most a few minutes old. */
export interface ListEstimate {
  planFor(query: RepoListQuery): ListPlan
}

interface SampleRow {
  readonly path_key: string
  readonly namespace_key: string
  readonly namespace_id: string
  readonly is_public: boolean
  readonly is_gated: boolean
  readonly tags: readonly string[]
  readonly pipeline_tag: string | null
  readonly parameter_count: number | null
}

interface Sample {
  readonly rows: readonly SampleRow[]
  /** Repos of the type, all in all. */
  readonly total: number
  readonly takenMs: number
}

const SAMPLE_ROWS = 1500
const FRESH_MS = 5 * 60_000
/** Fewer repos than this are gathered and sorted in no time. */
const SMALL_TOTAL = 3000
/** Measured, in the cost of one row that is met along the index: to gather and sort a row, to look for a tag among some twenty, for a word in a name. */
const GATHER_COST = 5
const TAG_COST = 4
const WORD_COST = 0.5
const MAX_REMEMBERED = 1000

export function createListEstimate(db: Pick<Db, 'query'>, nowMs: () => number, onError: (error: unknown) => void): ListEstimate {
  const samples = new Map<RepoType, Sample>()
  const taking = new Set<RepoType>()
  const shares = new Map<string, number>()
  const refresh = (type: RepoType): void => {
    if (taking.has(type)) return
    taking.add(type)
    takeSample(db, type, nowMs())
      .then((sample) => { samples.set(type, sample); shares.clear() }, onError)
      .finally(() => taking.delete(type))
  }
  const shareOf = (sample: Sample, query: RepoListQuery): number => {
    const key = JSON.stringify([query.type, query.visible, query.author, query.search, query.gated, query.tags, query.pipelineTag, query.minParameters, query.maxParameters])
    const known = shares.get(key)
    if (known !== undefined) return known
    const share = sample.rows.filter((row) => fits(row, query)).length / sample.rows.length
    if (shares.size >= MAX_REMEMBERED) shares.clear()
    shares.set(key, share)
    return share
  }
  return {
    planFor(query) {
      if (!isFiltered(query)) return 'walk'
      const sample = samples.get(query.type)
      if (sample === undefined || nowMs() - sample.takenMs > FRESH_MS) refresh(query.type)
      if (sample === undefined || sample.rows.length === 0 || sample.total < SMALL_TOTAL || query.links.length > 0) return 'gather'
      const share = shareOf(sample, query)
      const testCost = 1 + query.tags.length * TAG_COST + query.search.length * WORD_COST
      return share > 0 && (query.limit / share) * testCost < sample.total * share * GATHER_COST ? 'walk' : 'gather'
    },
  }
}

function isFiltered(query: RepoListQuery): boolean {
  return query.author !== undefined || query.search.length > 0 || query.tags.length > 0 || query.pipelineTag !== undefined || query.gated !== undefined
    || query.minParameters !== undefined || query.maxParameters !== undefined || query.links.length > 0
}

/** Says for a sampled row what the statement says in SQL. */
function fits(row: SampleRow, query: RepoListQuery): boolean {
  return isVisible(row, query) && hasFacts(row, query) && query.search.every((term) => row.path_key.includes(foldRepoPath(term))) && query.tags.every((tag) => row.tags.includes(tag))
}

function isVisible(row: SampleRow, { visible, author }: RepoListQuery): boolean {
  const isShown = visible.kind === 'all' || row.is_public || visible.orPrivateIn.includes(row.namespace_id)
  return isShown && (author === undefined || row.namespace_key === foldRepoPath(author))
}

function hasFacts(row: SampleRow, { gated, pipelineTag, minParameters, maxParameters }: RepoListQuery): boolean {
  if (gated !== undefined && row.is_gated !== gated) return false
  if (pipelineTag !== undefined && row.pipeline_tag !== pipelineTag) return false
  if (minParameters === undefined && maxParameters === undefined) return true
  return row.parameter_count !== null && row.parameter_count >= (minParameters ?? 0) && row.parameter_count <= (maxParameters ?? Number.POSITIVE_INFINITY)
}

const TOTAL_SQL = 'select count(*) as total from repos where type = $1'
const SAMPLE_SQL = `
select path_key, namespace_key, namespace_id, visibility = 'public' as is_public, gated <> 'open' as is_gated, tags, pipeline_tag, parameter_count
from repos tablesample bernoulli ($2::real) where type = $1 limit $3`

async function takeSample(db: Pick<Db, 'query'>, type: RepoType, takenMs: number): Promise<Sample> {
  const [counted] = await db.query<{ total: number }>({ name: 'count-repos', text: TOTAL_SQL, values: [type] })
  const total = counted?.total ?? 0
  const percent = total === 0 ? 100 : Math.min(100, (SAMPLE_ROWS * 100) / total)
  const rows = total < SMALL_TOTAL ? [] : await db.query<SampleRow>({ name: 'sample-repos', text: SAMPLE_SQL, values: [type, percent, SAMPLE_ROWS * 2] })
  return { rows, total, takenMs }
}
