import { HearthError } from '@hearth/errors'
import { LfsOperation, type BatchObjectsRequest, type LfsObject as LfsObjectMessage, type LfsObjectAnswer, type LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { ServiceHandlers } from '@hearth/rpc'
import { DOWNLOAD_SECONDS, planDownloads, planUploads, UPLOAD_SECONDS, verifyObject, type LfsAnswer, type LfsBatch, type LfsContext } from '../domain/lfs-batch.ts'
import type { LfsObject } from '../domain/lfs-store-port.ts'
import { parseLfsOid, required } from './content-mapper.ts'
import { parseRepoName } from './repo-mapper.ts'

export function createLfsHandlers(lfs: LfsContext): ServiceHandlers<typeof LfsServiceService> {
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
