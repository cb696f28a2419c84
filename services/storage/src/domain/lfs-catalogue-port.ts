import type { ObjectId, Sha256 } from '@hearth/ids'

/** Which large objects an account may use in a repo that it may read. */
export interface LfsCatalogue {
  /**
   * Sizes in bytes of those that a commit of this repo names, or whose bytes this very account sent to it; the others are
   * left out. What somebody else sent and no commit names is nobody else's: to know its sha256 proves nothing.
   */
  findInRepo(repoId: ObjectId, oids: readonly Sha256[], senderId: string): Promise<ReadonlyMap<Sha256, number>>
}
