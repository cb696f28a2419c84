import type { Db } from '@hearth/db'
import { FACTS_VERSION } from '@hearth/formats'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { CatalogueStore, TagUse } from '../domain/catalogue/catalogue-store-port.ts'
import type { DetailChoice, RepoFacts, WeightFacts, WeightJob } from '../domain/catalogue/facts.ts'
import type { RepoType } from '../domain/repo.ts'
import type { VisibilityFilter } from '../domain/repo-store-port.ts'
import { factsColumns, factsOf, needsCard, weightsText, type FactsRow } from './facts-row.ts'
import type { FactsWriter } from './facts-writer.pg.ts'
import { lockRepo } from './git-store.pg.ts'

export interface CatalogueStoreOptions {
  readonly db: Pick<Db, 'query' | 'run' | 'transaction'>
  readonly writeFacts: FactsWriter
}

export function createCatalogueStore(options: CatalogueStoreOptions): CatalogueStore {
  const { db } = options
  return {
    readFacts: (repoId, choice) => readFacts(db, repoId, choice),
    async listStale(version, limit) {
      const rows = await db.query<{ id: ObjectId }>({ name: 'stale-facts', text: 'select id from repos where facts_version < $1 limit $2', values: [version, limit] })
      return rows.map((row) => row.id)
    },
    refreshFacts: (repoId) => refreshFacts(options, repoId),
    keepFacts: (repoId) => keepFacts(db, repoId),
    forgetFacts: () => db.run({ text: 'update repos set facts_version = 0 where facts_version > 0' }),
    takeWeightJob: (leaseMs) => takeWeightJob(db, leaseMs),
    finishWeightJob: (job, outcome) => finishWeightJob(options, job, outcome),
    async retryWeightJob({ repoId, weightsKey }, afterMs) {
      const text = `update weight_jobs set next_time = now() + $3 * interval '1 millisecond' where repo_id = $1 and weights_key = $2`
      await db.run({ name: 'retry-weight-job', text, values: [repoId, weightsKey, afterMs] })
    },
    listTags: (type, limit) => db.query<TagUse>({ text: TAGS_SQL, values: [type, limit] }),
    async findLinkedSpaces(link, visible, limit) {
      const rows = await db.query<{ id: string }>({ name: 'linked-spaces', text: SPACES_SQL, values: [link, ...visibleValues(visible), limit] })
      return rows.map((row) => row.id)
    },
    async countChildModels(link, visible) {
      const [row] = await db.query<{ count: number }>({ name: 'child-models', text: CHILDREN_SQL, values: [link, ...visibleValues(visible)] })
      return row?.count ?? 0
    },
  }
}

async function readFacts(db: Pick<Db, 'query'>, repoId: ObjectId, choice: DetailChoice): Promise<RepoFacts | undefined> {
  const join = needsCard(choice) ? ' left join repo_cards c on c.repo_id = r.id' : ''
  const name = `read-facts-${[choice.card, choice.config, choice.extras, choice.weights].map(Number).join('')}`
  const text = `select ${factsColumns(choice)} from repos r${join} where r.id = $1 and r.facts_version = ${FACTS_VERSION}`
  const [row] = await db.query<FactsRow>({ name, text, values: [repoId] })
  return row === undefined ? undefined : factsOf(row)
}

async function keepFacts(sql: Pick<Db, 'run'>, repoId: ObjectId): Promise<void> {
  await sql.run({ name: 'keep-facts', text: `update repos set facts_version = ${FACTS_VERSION}, facts_key = null where id = $1`, values: [repoId] })
}

interface HeadRow {
  readonly type: RepoType
  readonly tree_oid: GitOid
  readonly weights_key: string | null
}

const HEAD_SQL = `
select r.type, encode(c.tree_oid, 'hex') as tree_oid, r.weights_key from repos r join commits c on c.repo_id = r.id and c.oid = r.head_oid where r.id = $1`

async function refreshFacts({ db, writeFacts }: CatalogueStoreOptions, repoId: ObjectId): Promise<void> {
  await db.transaction(async (tx) => {
    await lockRepo(tx, repoId)
    const [head] = await tx.query<HeadRow>({ name: 'facts-head', text: HEAD_SQL, values: [repoId] })
    if (head === undefined) return keepFacts(tx, repoId)
    await writeFacts(tx, { repoId, type: head.type, treeOid: head.tree_oid }, { factsKey: null, factsVersion: 0, weightsKey: head.weights_key })
  })
}

/** Times are kept in milliseconds, rounded: a job of this moment may seem to lie a little ahead. */
const TAKE_SQL = `
update weight_jobs set attempts = attempts + 1, next_time = now() + $1 * interval '1 millisecond'
where repo_id = (select repo_id from weight_jobs where next_time <= now() + interval '1 millisecond' order by next_time limit 1 for update skip locked)
returning repo_id as "repoId", weights_key as "weightsKey", attempts`

async function takeWeightJob(db: Pick<Db, 'query'>, leaseMs: number): Promise<WeightJob | undefined> {
  const [job] = await db.query<WeightJob>({ name: 'take-weight-job', text: TAKE_SQL, values: [leaseMs] })
  return job
}

const SHOW_COUNT_SQL = 'update repos set parameter_count = $3 where id = $1 and weights_key = $2'
const SHOW_WEIGHTS_SQL = 'update repo_cards set weights = $2 where repo_id = $1'
const END_JOB_SQL = 'delete from weight_jobs where repo_id = $1 and weights_key = $2'

async function finishWeightJob({ db }: CatalogueStoreOptions, { repoId, weightsKey }: WeightJob, outcome: WeightFacts): Promise<void> {
  await db.transaction(async (tx) => {
    const count = outcome.kind === 'counted' && outcome.total > 0 ? outcome.total : null
    const shown = await tx.run({ name: 'show-parameter-count', text: SHOW_COUNT_SQL, values: [repoId, weightsKey, count] })
    if (shown > 0) await tx.run({ name: 'show-weights', text: SHOW_WEIGHTS_SQL, values: [repoId, weightsText(outcome)] })
    await tx.run({ name: 'end-weight-job', text: END_JOB_SQL, values: [repoId, weightsKey] })
  })
}

/** Public repos only: a tag of a private one must not show. */
const TAGS_SQL = `
select t.tag, count(*) as "repoCount", bool_or(t.tag = r.pipeline_tag) is true as "isPipelineTag", bool_or(t.tag = r.library_name) is true as "isLibrary"
from repos r cross join lateral unnest(r.tags) as t (tag)
where r.type = $1 and r.visibility = 'public' and not r.disabled group by t.tag order by count(*) desc, t.tag limit $2`

const VISIBLE = `(r.visibility = 'public' or $2 or r.namespace_id = any($3::text[]) or (r.id = any($4::text[]) and ($5 or r.namespace_id = any($6::text[]))))`
const SPACES_SQL = `
select r.namespace || '/' || r.name as id from repos r where r.links @> array[$1]::text[] and r.type = 'space' and ${VISIBLE} order by r.likes desc, r.id limit $7`
const CHILDREN_SQL = `select count(*) as count from repos r where r.links @> array[$1]::text[] and r.type = 'model' and ${VISIBLE}`

function visibleValues(visible: VisibilityFilter): unknown[] {
  if (visible.kind === 'all') return [true, [], [], false, []]
  const { ids, namespaceIds } = visible.orPrivateRepos ?? { ids: [], namespaceIds: [] }
  return [false, visible.orPrivateIn, ids, namespaceIds === undefined, namespaceIds ?? []]
}
