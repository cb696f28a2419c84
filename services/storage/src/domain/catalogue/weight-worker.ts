import type { ContentContext } from '../ports.ts'
import type { CatalogueStore } from './catalogue-store-port.ts'
import { countWeights, type WeightReads } from './count-weights.ts'
import type { WeightFacts, WeightJob } from './facts.ts'
import { surveyTree } from './survey-tree.ts'

/** All that counting in the background needs. */
export interface WeightContext extends Pick<ContentContext, 'repos' | 'git' | 'blobs' | 'clock' | 'observe'> {
  readonly catalogue: Pick<CatalogueStore, 'takeWeightJob' | 'finishWeightJob' | 'retryWeightJob'>
  readonly objects: WeightReads['objects']
}

const LEASE_MS = 10 * 60_000
const MAX_ATTEMPTS = 5
const RETRY_MS = 30_000

/** Counts one repo's weights. False: there was nothing to do. A job is repeated until its outcome is written. */
export async function countNextWeights(ctx: WeightContext, signal: AbortSignal): Promise<boolean> {
  const job = await ctx.catalogue.takeWeightJob(LEASE_MS)
  if (job === undefined) return false
  const startedMs = ctx.clock.now().getTime()
  try {
    const outcome = await countJob(ctx, job, signal)
    await ctx.catalogue.finishWeightJob(job, outcome)
    ctx.observe.weightsCounted({ repoId: job.repoId, outcome, ms: ctx.clock.now().getTime() - startedMs })
  } catch (error) {
    if (signal.aborted || job.attempts < MAX_ATTEMPTS) await ctx.catalogue.retryWeightJob(job, signal.aborted ? 0 : RETRY_MS)
    else await ctx.catalogue.finishWeightJob(job, { kind: 'invalid', reason: 'the files could not be read' })
    throw error
  }
  return true
}

/** The files as the head has them now: when they are others than the job's, its outcome is not shown and another job waits. */
async function countJob(ctx: WeightContext, job: WeightJob, signal: AbortSignal): Promise<WeightFacts> {
  const none: WeightFacts = { kind: 'counted', counts: {}, total: 0 }
  const repo = await ctx.repos.findRepoById(job.repoId)
  const commit = repo === undefined ? undefined : await ctx.git.findCommit(repo.id, repo.headOid)
  if (commit === undefined) return none
  const { weights } = await surveyTree(ctx.git, job.repoId, commit.treeOid)
  return weights === undefined ? none : countWeights(ctx, job.repoId, weights, signal)
}
