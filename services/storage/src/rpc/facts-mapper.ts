import type { RepoDetails, RepoFacts as FactsMessage, Sibling, WeightFacts as WeightsMessage } from '@hearth/proto/storage/v1/repos'
import { NO_DETAILS, type DetailChoice, type RepoFacts, type WeightFacts, type WideFacts } from '../domain/catalogue/facts.ts'
import { trendingScoreAt } from '../domain/catalogue/trending.ts'
import type { RepoView } from '../domain/get-repo.ts'
import type { Repo } from '../domain/repo.ts'
import type { SiblingList } from '../domain/siblings.ts'
import type { TreeEntry } from '../domain/tree-entries.ts'

export function parseDetails(details: RepoDetails | undefined): DetailChoice {
  if (details === undefined) return NO_DETAILS
  const { card, config, extras, weights } = details
  return { card, config, extras, weights }
}

/** What goes with the facts of one repo. */
export interface FactsContext {
  readonly repo: Repo
  readonly now: Date
  readonly siblings?: SiblingList | undefined
  readonly relatives?: RepoView['relatives'] | undefined
}

export function toFactsMessage(facts: RepoFacts, context: FactsContext): FactsMessage {
  const { repo, now, siblings = NO_SIBLINGS, relatives = NO_RELATIVES } = context
  const { cardJson, configJson, maskToken, transformersJson, description, citation, hasAppFile } = facts.wide ?? NO_WIDE
  return {
    tags: [...facts.tags], pipelineTag: facts.pipelineTag, libraryName: facts.libraryName, trendingScore: BigInt(trendingScoreAt(repo.trendingScore, now)),
    cardJson, configJson, maskToken, transformersJson, description, citation, hasAppFile, weights: toWeightsMessage(facts.weights),
    siblings: siblings.rows.map(toSiblingMessage), siblingsTruncated: siblings.isTruncated,
    linkedSpaceIds: [...relatives.spaceIds], childModelCount: BigInt(relatives.childModelCount),
  }
}

const NO_SIBLINGS: SiblingList = { rows: [], isTruncated: false }
const NO_RELATIVES: RepoView['relatives'] = { spaceIds: [], childModelCount: 0 }
const NO_WIDE: WideFacts = {
  cardJson: undefined, configJson: undefined, maskToken: undefined, transformersJson: undefined, description: undefined, citation: undefined, hasAppFile: false,
}

function toWeightsMessage(weights: WeightFacts | undefined): WeightsMessage | undefined {
  if (weights === undefined) return undefined
  if (weights.kind === 'invalid') return { counts: [], total: 0n, invalidReason: weights.reason }
  const counts = Object.entries(weights.counts).map(([dtype, parameters]) => ({ dtype, parameters: BigInt(parameters) }))
  return { counts, total: BigInt(weights.total), invalidReason: undefined }
}

export function toSiblingMessage({ path, entry }: SiblingList['rows'][number]): Sibling {
  if (entry === undefined) return { path, sizeBytes: undefined, blobOid: undefined, lfs: undefined }
  return { path, sizeBytes: BigInt(entry.sizeBytes), blobOid: entry.oid, lfs: toLfsMessage(entry.lfs) }
}

export function toLfsMessage(lfs: TreeEntry['lfs']): Sibling['lfs'] {
  return lfs === undefined ? undefined : { sha256: lfs.sha256, sizeBytes: BigInt(lfs.sizeBytes), pointerSizeBytes: BigInt(lfs.pointerSizeBytes) }
}
