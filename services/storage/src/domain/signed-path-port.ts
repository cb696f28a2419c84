import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'

/** What a signed path of the data plane lets its holder do, once for each request until it expires. */
export type SignedGrant =
  | { readonly kind: 'readBlob'; readonly repoId: ObjectId; readonly epoch: number; readonly source: BlobSource; readonly sizeBytes: number; readonly contentType: string; readonly disposition: string }
  | { readonly kind: 'stage'; readonly repoId: ObjectId; readonly epoch: number }
  | { readonly kind: 'putObject'; readonly repoId: ObjectId; readonly epoch: number; readonly senderId: string; readonly sha256: Sha256; readonly sizeBytes: number }
  | { readonly kind: 'putPart'; readonly repoId: ObjectId; readonly epoch: number; readonly uploadId: ObjectId; readonly partNumber: number; readonly offset: number; readonly sizeBytes: number }
  | { readonly kind: 'completeUpload'; readonly repoId: ObjectId; readonly epoch: number; readonly senderId: string; readonly uploadId: ObjectId; readonly sha256: Sha256; readonly sizeBytes: number }

export type BlobSource =
  | { readonly kind: 'gitBlob'; readonly oid: GitOid }
  | { readonly kind: 'object'; readonly sha256: Sha256 }

export interface SignedPaths {
  /** An absolute path such as "/-/blob/<token>"; valid `lifetimeSeconds` from now. */
  sign(grant: SignedGrant, lifetimeSeconds: number): string
  /** The grant of a path's token; throws LINK_EXPIRED when it is not ours, altered, or out of time. */
  verify(token: string): SignedGrant
}
