import { HearthError } from '@hearth/errors'
import type { BlobStore } from './blob-store-port.ts'
import type { LfsStore } from './lfs-store-port.ts'
import type { SignedGrant } from './signed-path-port.ts'

/** Named places where a process may die; the crash tests make it die there (docs/reliability.md). */
export type CrashPoint = 'object.after-blob-before-row' | 'upload.after-part-before-row' | 'upload.after-publish-before-row'

export interface ReceiveContext {
  readonly objects: BlobStore
  readonly lfs: LfsStore
  readonly crashPoint: (name: CrashPoint) => void
}

type Grant<K extends SignedGrant['kind']> = Extract<SignedGrant, { kind: K }>

/** A whole large object: bytes first, then the row. */
export async function receiveObject(ctx: ReceiveContext, grant: Grant<'putObject'>, body: AsyncIterable<Uint8Array>): Promise<void> {
  await ctx.objects.put(body, { sha256: grant.sha256, sizeBytes: grant.sizeBytes, maxBytes: grant.sizeBytes })
  ctx.crashPoint('object.after-blob-before-row')
  await ctx.lfs.recordObject(grant.repoId, grant)
}

export async function receivePart(ctx: ReceiveContext, grant: Grant<'putPart'>, body: AsyncIterable<Uint8Array>): Promise<void> {
  await ctx.objects.writePart(grant.uploadId, { offset: grant.offset, sizeBytes: grant.sizeBytes }, body)
  ctx.crashPoint('upload.after-part-before-row')
  await ctx.lfs.recordPart(grant.uploadId, grant.partNumber)
}

/** Verifies the parts as one object, publishes it, records it, forgets the upload. A repeated call of a finished upload is fine. */
export async function completeUpload(ctx: ReceiveContext, grant: Grant<'completeUpload'>, partNumbers: readonly number[]): Promise<void> {
  const upload = await ctx.lfs.findUpload(grant.uploadId)
  if (upload === undefined) {
    if ((await ctx.lfs.findInRepo(grant.repoId, [grant.sha256], grant.senderId)).has(grant.sha256)) return
    throw new HearthError('ENTRY_NOT_FOUND', 'this upload is not known any more: begin it anew')
  }
  await assertComplete(ctx, grant, { expected: Math.max(1, Math.ceil(upload.sizeBytes / upload.partBytes)), named: partNumbers })
  // Verified but without its file: a former completion died between publishing and its row.
  const isPublished = upload.isVerified && !(await ctx.objects.hasUpload(grant.uploadId)) && (await ctx.objects.stat(grant.sha256)) === grant.sizeBytes
  if (!isPublished) await ctx.objects.publishUpload(grant.uploadId, grant, () => ctx.lfs.markVerified(grant.uploadId))
  ctx.crashPoint('upload.after-publish-before-row')
  await ctx.lfs.recordObject(grant.repoId, grant)
  await ctx.lfs.dropUpload(grant.uploadId)
}

async function assertComplete(ctx: ReceiveContext, grant: Grant<'completeUpload'>, parts: { readonly expected: number; readonly named: readonly number[] }): Promise<void> {
  const present = await ctx.lfs.listParts(grant.uploadId)
  const missing = Array.from({ length: parts.expected }, (_, index) => index + 1).filter((number) => !present.has(number) || !parts.named.includes(number))
  if (missing.length > 0) throw new HearthError('INVALID_ARGUMENT', `parts ${missing.slice(0, 10).join(', ')} of ${parts.expected} are missing: send them, then complete again`)
}
