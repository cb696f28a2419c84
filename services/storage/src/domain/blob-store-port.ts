import type { ObjectId, Sha256 } from '@hearth/ids'

export interface PutExpectation {
  /** Bytes that must match; absent: whatever arrives. */
  readonly sha256?: Sha256
  readonly sizeBytes?: number
  /** More than this ends the put with TOO_LARGE. */
  readonly maxBytes: number
}

export interface StoredObject {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

/** Reads one object; `read` fills the buffer from `position` and answers the bytes read, 0 at the end. */
export interface ObjectReader extends AsyncDisposable {
  readonly sizeBytes: number
  read(buffer: Buffer, length: number, position: number): Promise<number>
}

/** Bytes at rest, addressed by their sha256. Nothing is readable before it is complete, verified and durable. */
export interface BlobStore {
  /** Throws TOO_LARGE, DIGEST_MISMATCH, DISK_FULL; whatever went wrong, nothing is left behind. */
  put(body: AsyncIterable<Uint8Array>, expected: PutExpectation): Promise<StoredObject>
  stat(sha256: Sha256): Promise<number | undefined>
  /** Throws ENTRY_NOT_FOUND. */
  open(sha256: Sha256): Promise<ObjectReader>
  delete(sha256: Sha256): Promise<void>
  /** A file of `sizeBytes` that takes parts in any order. Idempotent. */
  createUpload(id: ObjectId, sizeBytes: number): Promise<void>
  /** Throws TOO_LARGE or LENGTH_REQUIRED when the body is not exactly `sizeBytes` long. Durable when it returns. */
  writePart(id: ObjectId, part: UploadPart, body: AsyncIterable<Uint8Array>): Promise<void>
  /** Verifies the whole upload, lets the caller note it, and publishes it. Throws DIGEST_MISMATCH (the upload stays) or ENTRY_NOT_FOUND. */
  publishUpload(id: ObjectId, expected: StoredObject, onVerified?: () => Promise<void>): Promise<void>
  hasUpload(id: ObjectId): Promise<boolean>
  dropUpload(id: ObjectId): Promise<void>
  /** Uploads to which nothing was written since. */
  listUploadsBefore(time: Date): Promise<readonly ObjectId[]>
}

export interface UploadPart {
  readonly offset: number
  readonly sizeBytes: number
}
