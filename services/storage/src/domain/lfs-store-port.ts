import type { ObjectId, Sha256 } from '@hearth/ids'
import type { LfsCatalogue } from './lfs-catalogue-port.ts'

export interface LfsObject {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

export interface LfsUpload extends LfsObject {
  readonly id: ObjectId
  readonly repoId: ObjectId
  readonly partBytes: number
}

export interface LfsStore extends LfsCatalogue {
  /** Bytes are durable: says that they exist and that this repo holds them, with the event, in one transaction. Idempotent. */
  recordObject(repoId: ObjectId, object: LfsObject): Promise<void>
  /** The unfinished upload of this object into this repo; made when there is none. */
  openUpload(upload: LfsUpload): Promise<LfsUpload>
  findUpload(id: ObjectId): Promise<LfsUpload | undefined>
  recordPart(id: ObjectId, partNumber: number): Promise<void>
  listParts(id: ObjectId): Promise<ReadonlySet<number>>
  dropUpload(id: ObjectId): Promise<void>
  listUploadsBefore(time: Date, limit: number): Promise<readonly LfsUpload[]>
}
