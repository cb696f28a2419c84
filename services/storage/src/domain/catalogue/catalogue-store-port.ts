import type { ObjectId } from '@hearth/ids'
import type { VisibilityFilter } from '../repo-store-port.ts'
import type { FactsSource, FactsSubject } from './derive-facts.ts'
import type { DerivedFacts, DetailChoice, RepoFacts, WeightFacts, WeightJob } from './facts.ts'

/** Derives what a tree says, unless that is what `knownKey` stands for. Runs inside the transaction that moves the default branch. */
export type FactsDeriver = (source: FactsSource, subject: FactsSubject, knownKey: string | null) => Promise<DerivedFacts | undefined>

/** How many public repos of a type carry a tag. */
export interface TagUse {
  readonly tag: string
  readonly repoCount: number
  /** The tag is also a task, or a library, of some repo. */
  readonly isPipelineTag: boolean
  readonly isLibrary: boolean
}

export interface CatalogueStore {
  /** The facts of the default branch; undefined when they are not those of the present derivation. */
  readFacts(repoId: ObjectId, choice: DetailChoice): Promise<RepoFacts | undefined>
  /** Repos whose facts an older derivation made. */
  listStale(version: number, limit: number): Promise<readonly ObjectId[]>
  /** Derives the facts of the default branch anew under the repo's write lock; nothing happens to a repo that is gone. */
  refreshFacts(repoId: ObjectId): Promise<void>
  /** Counts the facts as present ones, whatever they are, until the next commit. */
  keepFacts(repoId: ObjectId): Promise<void>
  /** Marks everything as derived by an older version. */
  forgetFacts(): Promise<number>

  /** A job that nobody works at; for `leaseMs` nobody else gets it. */
  takeWeightJob(leaseMs: number): Promise<WeightJob | undefined>
  /** Ends the job and shows its outcome, unless the files have changed since it was taken. */
  finishWeightJob(job: WeightJob, outcome: WeightFacts): Promise<void>
  retryWeightJob(job: WeightJob, afterMs: number): Promise<void>

  listTags(type: string, limit: number): Promise<readonly TagUse[]>
  /** Ids of visible spaces whose card names the repo that `link` stands for: folded `model:ns/name` or `dataset:ns/name`. */
  findLinkedSpaces(link: string, visible: VisibilityFilter, limit: number): Promise<readonly string[]>
  /** Visible models that name it as their base. */
  countChildModels(link: string, visible: VisibilityFilter): Promise<number>
}
