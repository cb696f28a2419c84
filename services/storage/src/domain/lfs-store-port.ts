import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { LfsCatalogue } from './lfs-catalogue-port.ts'

export interface LfsObject {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

/** Bytes that arrived and are what they are called. */
export interface SentObject extends LfsObject {
  /** Id of the account that sent them. */
  readonly senderId: string
}

export interface LfsUpload extends SentObject {
  readonly id: ObjectId
  readonly repoId: ObjectId
  readonly partBytes: number
}

export interface KnownUpload extends LfsUpload {
  /** Its bytes were hashed and are the object; only then may a missing file mean that they are published. */
  readonly isVerified: boolean
}

/** An object that a repo holds, and where a commit put it. */
export interface HeldObject extends LfsObject {
  readonly addedAt: Date
  /** Absent for an object that no commit names. */
  readonly place: { readonly pointerOid: GitOid; readonly path: string | undefined; readonly ref: string | undefined } | undefined
}

export interface HeldObjectQuery {
  readonly after: { readonly addedAt: Date; readonly sha256: Sha256 } | undefined
  readonly limit: number
}

export interface LfsStore extends LfsCatalogue {
  /** Bytes are durable: says that they exist, that this repo holds them and who sent them, with the event, in one transaction. Idempotent. Throws REPO_NOT_FOUND. */
  recordObject(repoId: ObjectId, object: SentObject): Promise<void>
  /** The sender's unfinished upload of this object into this repo, its age begun anew; made when there is none. Throws REPO_NOT_FOUND. */
  openUpload(upload: LfsUpload): Promise<LfsUpload>
  findUpload(id: ObjectId): Promise<KnownUpload | undefined>
  markVerified(id: ObjectId): Promise<void>
  recordPart(id: ObjectId, partNumber: number): Promise<void>
  listParts(id: ObjectId): Promise<ReadonlySet<number>>
  /** False: it is not there, or with `ifBefore` somebody asked for it since. */
  dropUpload(id: ObjectId, ifBefore?: Date): Promise<boolean>
  listUploadsBefore(time: Date, limit: number): Promise<readonly LfsUpload[]>
  /** Newest first. */
  listHeld(repoId: ObjectId, query: HeldObjectQuery): Promise<readonly HeldObject[]>
  /** The repo holds these objects, which are stored, as if the sender had sent them. Idempotent. Throws REPO_NOT_FOUND. */
  adoptObjects(repoId: ObjectId, sha256s: readonly Sha256[], senderId: string): Promise<void>
}
