import type { TxRunner } from '@hearth/db'
import { FACTS_VERSION } from '@hearth/formats'
import type { GitOid, ObjectId } from '@hearth/ids'
import type { FactsDeriver } from '../domain/catalogue/catalogue-store-port.ts'
import type { DerivedFacts } from '../domain/catalogue/facts.ts'
import type { RepoType } from '../domain/repo.ts'
import { createGitBlobStore } from './git-blob-store.pg.ts'
import { createGitReader } from './git-reader.pg.ts'
import type { ObjectCaches } from './tree-cache.ts'

/** What the repo's row holds of the facts it shows. */
export interface KnownFacts {
  readonly factsKey: string | null
  readonly factsVersion: number
  readonly weightsKey: string | null
}

/** Of a repo that has just been made. */
export const NOTHING_KNOWN: KnownFacts = { factsKey: null, factsVersion: 0, weightsKey: null }

export interface FactsTarget {
  readonly repoId: ObjectId
  readonly type: RepoType
  readonly treeOid: GitOid
}

/** Writes what the default branch now says, in the transaction that moved it: a list shows it as soon as the commit is answered. */
export type FactsWriter = (tx: TxRunner, target: FactsTarget, known: KnownFacts) => Promise<void>

export function createFactsWriter(derive: FactsDeriver, caches: ObjectCaches): FactsWriter {
  return async (tx, target, known) => {
    const source = { git: createGitReader(tx, caches), blobs: createGitBlobStore(tx) }
    const facts = await derive(source, target, known.factsVersion === FACTS_VERSION ? known.factsKey : null)
    if (facts === undefined) return
    const hasNewWeights = (facts.weightsKey ?? null) !== known.weightsKey
    await writeRow(tx, target.repoId, facts, hasNewWeights)
    await writeCard(tx, target.repoId, facts, hasNewWeights)
    if (hasNewWeights) await changeJob(tx, target.repoId, facts.weightsKey)
  }
}

const ROW_SQL = `
update repos set tags = $2::text[], pipeline_tag = $3, library_name = $4, links = $5::text[], space_sdk = coalesce($6, space_sdk),
  facts_key = $7, facts_version = ${FACTS_VERSION}, weights_key = $8, parameter_count = case when $9::boolean then null else parameter_count end
where id = $1`

async function writeRow(tx: TxRunner, repoId: ObjectId, facts: DerivedFacts, hasNewWeights: boolean): Promise<void> {
  const { tags, pipelineTag, libraryName, links, spaceSdk, key, weightsKey } = facts
  const values = [repoId, tags, pipelineTag ?? null, libraryName ?? null, links, spaceSdk ?? null, key, weightsKey ?? null, hasNewWeights]
  await tx.run({ name: 'write-facts', text: ROW_SQL, values })
}

const CARD_SQL = `
insert into repo_cards as c (repo_id, card, config, mask_token, transformers, description, citation, has_app_file)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (repo_id) do update set card = excluded.card, config = excluded.config, mask_token = excluded.mask_token, transformers = excluded.transformers,
  description = excluded.description, citation = excluded.citation, has_app_file = excluded.has_app_file, weights = case when $9::boolean then null else c.weights end`

async function writeCard(tx: TxRunner, repoId: ObjectId, facts: DerivedFacts, hasNewWeights: boolean): Promise<void> {
  const { cardJson, configJson, maskToken, transformersJson, description, citation, hasAppFile } = facts
  const values = [cardJson, configJson, maskToken, transformersJson, description, citation].map((value) => value ?? null)
  await tx.run({ name: 'write-card', text: CARD_SQL, values: [repoId, ...values, hasAppFile, hasNewWeights] })
}

const JOB_SQL = `
insert into weight_jobs (repo_id, weights_key) values ($1, $2)
on conflict (repo_id) do update set weights_key = excluded.weights_key, attempts = 0, next_time = now()`

async function changeJob(tx: TxRunner, repoId: ObjectId, weightsKey: string | undefined): Promise<void> {
  if (weightsKey === undefined) await tx.run({ name: 'drop-weight-job', text: 'delete from weight_jobs where repo_id = $1', values: [repoId] })
  else await tx.run({ name: 'add-weight-job', text: JOB_SQL, values: [repoId, weightsKey] })
}
