import type { ObjectId, Sha256 } from '@hearth/ids'

/** Which large objects a repo holds: verified bytes that were sent to it, or that one of its commits names. */
export interface LfsCatalogue {
  /** Sizes in bytes of those that this repo holds; the others are left out. */
  findInRepo(repoId: ObjectId, oids: readonly Sha256[]): Promise<ReadonlyMap<Sha256, number>>
}
