import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'

/** Where the bytes of a git blob are: small ones in its row, larger ones in the blob store. */
export type GitBlobBytes =
  | { readonly kind: 'inline'; readonly data: Buffer }
  | { readonly kind: 'stored'; readonly sha256: Sha256 }

export interface GitBlob {
  readonly oid: GitOid
  readonly sizeBytes: number
  readonly bytes: GitBlobBytes
}

/** Blobs of one repo, whether a ref reaches them yet or not. */
export interface GitBlobStore {
  readBlob(repoId: ObjectId, oid: GitOid): Promise<GitBlob | undefined>
  /** Idempotent. The blobs are complete and verified; nothing names them until a commit does. */
  addBlobs(repoId: ObjectId, blobs: readonly GitBlob[]): Promise<void>
}
