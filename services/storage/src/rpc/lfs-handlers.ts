import { HearthError } from '@hearth/errors'
import { LfsOperation, type BatchObjectsRequest, type LfsFile, type LfsObject as LfsObjectMessage, type LfsObjectAnswer, type LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { ServiceHandlers } from '@hearth/rpc'
import { DOWNLOAD_SECONDS, planDownloads, planUploads, UPLOAD_SECONDS, verifyObject, type LfsAnswer, type LfsBatch, type LfsContext } from '../domain/lfs-batch.ts'
import { deleteLfsFiles } from '../domain/delete-lfs-files.ts'
import { listLfsFiles, shareLfsFiles } from '../domain/lfs-files.ts'
import type { HeldObject, LfsObject } from '../domain/lfs-store-port.ts'
import type { StorageContext } from '../domain/ports.ts'
import { parseLfsOid, required } from './content-mapper.ts'
import { parseRepoName, toRepoMessage } from './repo-mapper.ts'

export function createLfsHandlers(lfs: LfsContext, storage: StorageContext): ServiceHandlers<typeof LfsServiceService> {
  return {
    async batchObjects(request, ctx) {
      const batch = parseBatch(request)
      const answers = request.operation === LfsOperation.LFS_OPERATION_DOWNLOAD ? await planDownloads(lfs, ctx.actor, batch) : await planUploads(lfs, ctx.actor, batch)
      return { answers: answers.map((answer, index) => ({ object: request.objects[index], outcome: toOutcome(answer) })) }
    },
    async verifyObject(request, ctx) {
      await verifyObject(lfs, ctx.actor, { repo: parseRepoName(request.repo), object: parseObject(request.object) })
      return {}
    },
    async listLfsFiles(request, ctx) {
      const { page } = request
      const { repo, files, nextPageToken } = await listLfsFiles(lfs, ctx.actor, { repo: parseRepoName(request.repo), pageSize: page?.pageSize, pageToken: page?.pageToken })
      return { repo: toRepoMessage(repo), files: files.map(toLfsFile), page: { nextPageToken } }
    },
    async deleteLfsFiles(request, ctx) {
      const command = { repo: parseRepoName(request.repo), sha256s: request.sha256s.map(parseLfsOid), rewriteHistory: request.rewriteHistory }
      return { deleted: await deleteLfsFiles(storage, ctx.actor, command, ctx.signal) }
    },
    async shareLfsFiles(request, ctx) {
      const command = { source: parseRepoName(request.source), target: parseRepoName(request.target), sha256s: request.sha256s.map(parseLfsOid) }
      return { missingSha256s: [...await shareLfsFiles(lfs, ctx.actor, command)] }
    },
  }
}

function parseBatch(request: BatchObjectsRequest): LfsBatch {
  if (request.operation !== LfsOperation.LFS_OPERATION_UPLOAD && request.operation !== LfsOperation.LFS_OPERATION_DOWNLOAD) {
    throw new HearthError('INVALID_ARGUMENT', 'operation: upload or download is expected')
  }
  return { repo: parseRepoName(request.repo), objects: request.objects.map(parseObject), acceptsMultipart: request.acceptsMultipart }
}

function parseObject(message: LfsObjectMessage | undefined): LfsObject {
  const { sha256, sizeBytes } = required(message, 'object')
  if (sizeBytes > BigInt(Number.MAX_SAFE_INTEGER)) throw new HearthError('INVALID_ARGUMENT', 'size: no object is that large')
  return { sha256: parseLfsOid(sha256), sizeBytes: Number(sizeBytes) }
}

function toLfsFile({ sha256, sizeBytes, addedAt, place }: HeldObject): LfsFile {
  return { object: { sha256, sizeBytes: BigInt(sizeBytes) }, pointerOid: place?.pointerOid, path: place?.path, ref: place?.ref, pushTime: addedAt }
}

function toOutcome(answer: LfsAnswer): LfsObjectAnswer['outcome'] {
  switch (answer.kind) {
    case 'present': return { $case: 'present', value: {} }
    case 'single': return { $case: 'singleUpload', value: { putPath: answer.putPath, expiresInSeconds: UPLOAD_SECONDS } }
    case 'multipart': {
      const { completePath, partPaths } = answer
      return { $case: 'multipartUpload', value: { completePath, partPaths: [...partPaths], partSizeBytes: BigInt(answer.partBytes), expiresInSeconds: UPLOAD_SECONDS } }
    }
    case 'download': return { $case: 'download', value: { getPath: answer.getPath, expiresInSeconds: DOWNLOAD_SECONDS } }
    case 'problem': return { $case: 'problem', value: { code: answer.code, message: answer.message } }
  }
}
