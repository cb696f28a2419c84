import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { GitBlob, GitBlobStore } from '../src/domain/git-blob-port.ts'
import type { LfsObject, LfsStore, LfsUpload } from '../src/domain/lfs-store-port.ts'

export function createMemoryGitBlobs(): GitBlobStore {
  const blobs = new Map<string, GitBlob>()
  const keyOf = (repoId: ObjectId, oid: GitOid): string => `${repoId} ${oid}`
  return {
    async readBlob(repoId, oid) { return blobs.get(keyOf(repoId, oid)) },
    async addBlobs(repoId, added) { for (const blob of added) blobs.set(keyOf(repoId, blob.oid), blob) },
  }
}

/** Passes the same suite as the store on PostgreSQL (test/suites/lfs-store.suite.ts). */
export function createMemoryLfsStore(nowMs: () => number = Date.now, isRepo: (id: ObjectId) => boolean = () => true): LfsStore {
  const held = new Map<string, Map<Sha256, number>>()
  const uploads = new Map<ObjectId, LfsUpload & { readonly createdAt: Date; readonly parts: Set<number>; readonly isVerified: boolean }>()
  const holding = (repoId: ObjectId): Map<Sha256, number> => held.get(repoId) ?? held.set(repoId, new Map()).get(repoId) ?? new Map()
  return {
    async findInRepo(repoId, oids) { return new Map([...holding(repoId)].filter(([sha256]) => oids.includes(sha256))) },
    async recordObject(repoId, object: LfsObject) {
      if (!isRepo(repoId)) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
      holding(repoId).set(object.sha256, object.sizeBytes)
    },
    async openUpload(upload) {
      if (!isRepo(upload.repoId)) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
      const found = [...uploads.values()].find((one) => one.repoId === upload.repoId && one.sha256 === upload.sha256)
      const createdAt = new Date(nowMs())
      const kept = found === undefined ? { ...upload, createdAt, parts: new Set<number>(), isVerified: false } : { ...found, createdAt }
      uploads.set(kept.id, kept)
      return strip(kept)
    },
    async findUpload(id) {
      const found = uploads.get(id)
      return found === undefined ? undefined : { ...strip(found), isVerified: found.isVerified }
    },
    async markVerified(id) {
      const found = uploads.get(id)
      if (found !== undefined) uploads.set(id, { ...found, isVerified: true })
    },
    async recordPart(id, partNumber) { uploads.get(id)?.parts.add(partNumber) },
    async listParts(id) { return new Set(uploads.get(id)?.parts) },
    async dropUpload(id, ifBefore) {
      const found = uploads.get(id)
      return found !== undefined && (ifBefore === undefined || found.createdAt < ifBefore) && uploads.delete(id)
    },
    async listUploadsBefore(time, limit) { return [...uploads.values()].filter((one) => one.createdAt < time).slice(0, limit).map(strip) },
  }
}

function strip({ id, repoId, sha256, sizeBytes, partBytes }: LfsUpload): LfsUpload {
  return { id, repoId, sha256, sizeBytes, partBytes }
}
