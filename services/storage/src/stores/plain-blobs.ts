import type { GitOid, ObjectId } from '@hearth/ids'

/** Sizes of the blobs of repos whose text is no git-lfs pointer: what is known of those never changes. */
export interface PlainBlobs {
  sizeOf(repoId: ObjectId, oid: GitOid): number | undefined
  remember(repoId: ObjectId, oid: GitOid, sizeBytes: number): void
}

/** Keeps at most so many; the repos that were asked for longest ago go first. */
export function createPlainBlobs(maxBlobs: number): PlainBlobs {
  // In the order of their last use.
  const repos = new Map<ObjectId, Map<GitOid, number>>()
  let count = 0
  let lastUsed: { readonly repoId: ObjectId; readonly blobs: Map<GitOid, number> } | undefined
  const blobsOf = (repoId: ObjectId): Map<GitOid, number> | undefined => {
    if (lastUsed?.repoId === repoId) return lastUsed.blobs
    const blobs = repos.get(repoId)
    if (blobs === undefined) return undefined
    repos.delete(repoId)
    repos.set(repoId, blobs)
    lastUsed = { repoId, blobs }
    return blobs
  }
  const makeRoom = (): void => {
    for (const [repoId, blobs] of repos) {
      if (count < maxBlobs) return
      repos.delete(repoId)
      count -= blobs.size
      lastUsed = undefined
    }
  }
  return {
    sizeOf: (repoId, oid) => blobsOf(repoId)?.get(oid),
    remember(repoId, oid, sizeBytes) {
      makeRoom()
      const blobs = blobsOf(repoId) ?? new Map<GitOid, number>()
      if (!repos.has(repoId)) repos.set(repoId, blobs)
      if (!blobs.has(oid)) count += 1
      blobs.set(oid, sizeBytes)
    },
  }
}
