import type { GitOid, ObjectId } from '@hearth/ids'
import type { SpaceSdk } from '../repo.ts'

/** A model's weights as counted; `invalid` says which file is not what its name says. */
export type WeightFacts =
  | { readonly kind: 'counted'; readonly counts: Readonly<Record<string, number>>; readonly total: number }
  | { readonly kind: 'invalid'; readonly reason: string }

/** The narrow facts that every row of a list carries. */
export interface RowFacts {
  readonly tags: readonly string[]
  readonly pipelineTag: string | undefined
  readonly libraryName: string | undefined
}

/** The wide ones; JSON stays text, for nobody on the way has to look into it. */
export interface WideFacts {
  readonly cardJson: string | undefined
  readonly configJson: string | undefined
  readonly maskToken: string | undefined
  readonly transformersJson: string | undefined
  readonly description: string | undefined
  readonly citation: string | undefined
  readonly hasAppFile: boolean
}

/** What is derived from the tree of one commit. */
export interface DerivedFacts extends RowFacts, WideFacts {
  /** Digest of everything it was derived from. */
  readonly key: string
  readonly links: readonly string[]
  /** What a space's card says that it runs on. */
  readonly spaceSdk: SpaceSdk | undefined
  /** Digest of the weight files' names and ids; undefined when there are none to count. */
  readonly weightsKey: string | undefined
}

/** Facts as they are told: `wide` and `weights` where they were asked for. */
export interface RepoFacts extends RowFacts {
  readonly wide: WideFacts | undefined
  readonly weights: WeightFacts | undefined
}

/** Which wide facts a caller wants. */
export interface DetailChoice {
  readonly card: boolean
  readonly config: boolean
  readonly extras: boolean
  readonly weights: boolean
}

export const NO_DETAILS: DetailChoice = { card: false, config: false, extras: false, weights: false }

/** A file of weights, or the index that names several. */
export interface WeightFile {
  readonly path: string
  readonly oid: GitOid
}

export interface WeightSelection {
  /** Names the shards by a JSON map; undefined when the files stand for themselves. */
  readonly index: WeightFile | undefined
  readonly files: readonly WeightFile[]
}

export interface WeightJob {
  readonly repoId: ObjectId
  readonly weightsKey: string
  readonly attempts: number
}
