import { HearthError } from '@hearth/errors'
import { LfsOperation, type LfsServiceService } from '@hearth/proto/storage/v1/content'
import type { ServiceHandlers } from '@hearth/rpc'
import { toRepo, type World } from './world.ts'

export const PART_BYTES = 10

/** Objects above PART_BYTES are sent in parts when the client can. */
export function createFakeLfs(world: World): ServiceHandlers<typeof LfsServiceService> {
  return {
    async batchObjects({ repo, operation, objects, acceptsMultipart }, { actor }) {
      const isUpload = operation === LfsOperation.LFS_OPERATION_UPLOAD
      const found = world.open(repo, actor, isUpload ? 'openPullRequest' : 'readContent')
      return {
        answers: objects.map((object) => {
          const base = `/-/lfs/${found.id}/${object.sha256}`
          const isHere = found.lfsObjects.has(object.sha256)
          if (!isUpload) {
            return isHere
              ? { object, outcome: { $case: 'download' as const, value: { getPath: base, expiresInSeconds: 3600 } } }
              : { object, outcome: { $case: 'problem' as const, value: { code: 404, message: 'Object does not exist' } } }
          }
          if (isHere) return { object, outcome: { $case: 'present' as const, value: {} } }
          if (!acceptsMultipart || object.sizeBytes <= BigInt(PART_BYTES)) return { object, outcome: { $case: 'singleUpload' as const, value: { putPath: base, expiresInSeconds: 86_400 } } }
          const parts = Math.ceil(Number(object.sizeBytes) / PART_BYTES)
          return {
            object,
            outcome: {
              $case: 'multipartUpload' as const,
              value: { completePath: base, partSizeBytes: BigInt(PART_BYTES), partPaths: Array.from({ length: parts }, (_, at) => `${base}/${at + 1}`), expiresInSeconds: 86_400 },
            },
          }
        }),
      }
    },
    async listLfsFiles({ repo, page }, { actor }) {
      const found = world.open(repo, actor, 'writeContent')
      const files = [...found.lfsObjects].map(([sha256, content]) => ({ object: { sha256, sizeBytes: BigInt(content.length) }, pushTime: new Date('2026-01-02T03:04:05.006Z'), path: `${sha256.slice(0, 4)}.bin`, ref: 'refs/heads/main' }))
      const [from, size] = [Number(page?.pageToken ?? 0), page?.pageSize ?? 1000]
      return { repo: toRepo(found), files: files.slice(from, from + size), page: { nextPageToken: from + size < files.length ? String(from + size) : undefined } }
    },
    async deleteLfsFiles({ repo, sha256s }, { actor }) {
      const found = world.open(repo, actor, 'administer')
      return { deleted: sha256s.filter((sha256) => found.lfsObjects.delete(sha256)).length }
    },
    async shareLfsFiles({ source, target, sha256s }, { actor }) {
      const [from, to] = [world.open(source, actor, 'readContent'), world.open(target, actor, 'writeContent')]
      for (const sha256 of sha256s) to.lfsObjects.set(sha256, from.lfsObjects.get(sha256) ?? Buffer.alloc(0))
      return { missingSha256s: sha256s.filter((sha256) => !from.lfsObjects.has(sha256)) }
    },
    async verifyObject({ repo, object }, { actor }) {
      const found = world.open(repo, actor, 'openPullRequest')
      if (!found.lfsObjects.has(object?.sha256 ?? '')) throw new HearthError('ENTRY_NOT_FOUND', 'the large object was not uploaded')
      return {}
    },
  } as ServiceHandlers<typeof LfsServiceService>
}
