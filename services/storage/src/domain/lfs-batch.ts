import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { ObjectId } from '@hearth/ids'
import { accountOf, openRepo, type AccessReads } from './access.ts'
import type { BlobStore } from './blob-store-port.ts'
import type { LfsObject, LfsStore, SentObject } from './lfs-store-port.ts'
import { countParts, partAt, partBytesFor, SINGLE_PUT_BYTES } from './multipart.ts'
import type { Repo, RepoName } from './repo.ts'
import type { SignedPaths } from './signed-path-port.ts'

export interface LfsContext {
  readonly repos: AccessReads
  readonly lfs: LfsStore
  readonly objects: BlobStore
  readonly signedPaths: SignedPaths
  readonly newId: () => ObjectId
}

export type LfsAnswer =
  | { readonly kind: 'present' }
  | { readonly kind: 'single'; readonly putPath: string }
  | { readonly kind: 'multipart'; readonly completePath: string; readonly partBytes: number; readonly partPaths: readonly string[] }
  | { readonly kind: 'download'; readonly getPath: string }
  | { readonly kind: 'problem'; readonly code: number; readonly message: string }

export interface LfsBatch {
  readonly repo: RepoName
  readonly objects: readonly LfsObject[]
  readonly acceptsMultipart: boolean
}

export const UPLOAD_SECONDS = 24 * 3600
export const DOWNLOAD_SECONDS = 3600
const MAX_OBJECTS = 1000
const MAX_SWEPT = 1000
/** 5 TiB, the largest object of the S3 protocol. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 4

/**
 * How each object is to be sent, in the order asked. An object is skipped only when a commit of this very repo names it, or the
 * caller has sent it here: that another repo has it, or that somebody else is about to commit it, is no proof of having the bytes.
 */
export async function planUploads(ctx: LfsContext, actor: Actor, batch: LfsBatch): Promise<LfsAnswer[]> {
  assertBatch(batch)
  const repo = await openRepo(ctx.repos, actor, batch.repo, 'openPullRequest')
  const held = await ctx.lfs.findInRepo(repo.id, batch.objects.map((one) => one.sha256), accountOf(actor))
  return Promise.all(batch.objects.map(async (object): Promise<LfsAnswer> => {
    const heldSize = held.get(object.sha256)
    if (heldSize !== undefined && heldSize !== object.sizeBytes) return { kind: 'problem', code: 422, message: `object ${object.sha256} has ${heldSize} bytes, not ${object.sizeBytes}` }
    if (heldSize !== undefined && (await ctx.objects.stat(object.sha256)) === heldSize) return { kind: 'present' }
    const sent = { ...object, senderId: accountOf(actor) }
    if (object.sizeBytes > MAX_OBJECT_BYTES) return { kind: 'problem', code: 422, message: `an object has at most ${MAX_OBJECT_BYTES} bytes` }
    return batch.acceptsMultipart && object.sizeBytes > SINGLE_PUT_BYTES ? planMultipart(ctx, repo, sent) : planSingle(ctx, repo, sent)
  }))
}

function planSingle(ctx: LfsContext, repo: Repo, object: SentObject): LfsAnswer {
  const grant = { kind: 'putObject' as const, repoId: repo.id, epoch: repo.epoch, ...object }
  return { kind: 'single', putPath: ctx.signedPaths.sign(grant, UPLOAD_SECONDS) }
}

async function planMultipart(ctx: LfsContext, repo: Repo, object: SentObject): Promise<LfsAnswer> {
  const wanted = { ...object, id: ctx.newId(), repoId: repo.id, partBytes: partBytesFor(object.sizeBytes) }
  const upload = await ctx.lfs.openUpload(wanted)
  if (upload.sizeBytes !== object.sizeBytes) return { kind: 'problem', code: 422, message: `an upload of ${object.sha256} with ${upload.sizeBytes} bytes is under way: its size cannot be ${object.sizeBytes} too` }
  await ctx.objects.createUpload(upload.id, upload.sizeBytes)
  const base = { repoId: repo.id, epoch: repo.epoch, uploadId: upload.id }
  const partPaths = Array.from({ length: countParts(upload.sizeBytes, upload.partBytes) }, (_, index) => {
    const grant = { kind: 'putPart' as const, ...base, partNumber: index + 1, ...partAt(upload.sizeBytes, upload.partBytes, index + 1) }
    return ctx.signedPaths.sign(grant, UPLOAD_SECONDS)
  })
  const complete = { kind: 'completeUpload' as const, ...base, ...object }
  return { kind: 'multipart', completePath: ctx.signedPaths.sign(complete, UPLOAD_SECONDS), partBytes: upload.partBytes, partPaths }
}

export async function planDownloads(ctx: LfsContext, actor: Actor, batch: LfsBatch): Promise<LfsAnswer[]> {
  assertBatch(batch)
  const repo = await openRepo(ctx.repos, actor, batch.repo, 'readContent')
  const held = await ctx.lfs.findInRepo(repo.id, batch.objects.map((one) => one.sha256), accountOf(actor))
  return batch.objects.map(({ sha256 }): LfsAnswer => {
    const sizeBytes = held.get(sha256)
    if (sizeBytes === undefined) return { kind: 'problem', code: 404, message: `object ${sha256} is not in this repository` }
    return { kind: 'download', getPath: ctx.signedPaths.sign(downloadGrant(repo, { sha256, sizeBytes }), DOWNLOAD_SECONDS) }
  })
}

function downloadGrant(repo: Repo, object: LfsObject): Parameters<SignedPaths['sign']>[0] {
  return {
    kind: 'readBlob', repoId: repo.id, epoch: repo.epoch, source: { kind: 'object', sha256: object.sha256 }, sizeBytes: object.sizeBytes,
    contentType: 'application/octet-stream', disposition: `attachment; filename="${object.sha256}"`,
  }
}

/** Throws unless this repo holds the object in this size, and its bytes are there. */
export async function verifyObject(ctx: LfsContext, actor: Actor, query: { readonly repo: RepoName; readonly object: LfsObject }): Promise<void> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'openPullRequest')
  const sizeBytes = (await ctx.lfs.findInRepo(repo.id, [query.object.sha256], accountOf(actor))).get(query.object.sha256)
  if (sizeBytes === undefined) throw new HearthError('ENTRY_NOT_FOUND', `object ${query.object.sha256} has not been uploaded`)
  if (sizeBytes !== query.object.sizeBytes) throw new HearthError('DIGEST_MISMATCH', `object ${query.object.sha256} has ${sizeBytes} bytes, not ${query.object.sizeBytes}`)
}

function assertBatch(batch: LfsBatch): void {
  if (batch.objects.length === 0 || batch.objects.length > MAX_OBJECTS) throw new HearthError('INVALID_ARGUMENT', `objects: 1 to ${MAX_OBJECTS} can be asked for at once`)
}

/**
 * Ends uploads that nobody has asked for since `before`: the row first, so that no file goes while a row still offers it. Files
 * without a row go too: their repo was deleted, or the process died between the two.
 */
export async function sweepUploads(ctx: Pick<LfsContext, 'lfs' | 'objects'>, before: Date): Promise<number> {
  let swept = 0
  for (const upload of await ctx.lfs.listUploadsBefore(before, MAX_SWEPT)) {
    if (!(await ctx.lfs.dropUpload(upload.id, before))) continue
    await ctx.objects.dropUpload(upload.id)
    swept += 1
  }
  for (const id of await ctx.objects.listUploadsBefore(before)) {
    if ((await ctx.lfs.findUpload(id)) !== undefined) continue
    await ctx.objects.dropUpload(id)
    swept += 1
  }
  return swept
}
