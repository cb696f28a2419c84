import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { GitBlob, GitBlobStore } from '../src/domain/git-blob-port.ts'
import type { LfsStore, LfsUpload } from '../src/domain/lfs-store-port.ts'

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
  /** By repo and sender. */
  const held = new Map<string, Map<Sha256, number>>()
  const uploads = new Map<ObjectId, LfsUpload & { readonly createdAt: Date; readonly parts: Set<number>; readonly isVerified: boolean }>()
  const holding = (repoId: ObjectId, senderId: string): Map<Sha256, number> => {
    const key = `${repoId} ${senderId}`
    return held.get(key) ?? held.set(key, new Map()).get(key) ?? new Map()
  }
  return {
    async findInRepo(repoId, oids, senderId) { return new Map([...holding(repoId, senderId)].filter(([sha256]) => oids.includes(sha256))) },
    async recordObject(repoId, object) {
      if (!isRepo(repoId)) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
      holding(repoId, object.senderId).set(object.sha256, object.sizeBytes)
    },
    async openUpload(upload) {
      if (!isRepo(upload.repoId)) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
      const found = [...uploads.values()].find((one) => one.repoId === upload.repoId && one.sha256 === upload.sha256 && one.senderId === upload.senderId)
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
    async listHeld(repoId, { limit }) {
      const all = [...held].flatMap(([key, objects]) => (key.startsWith(`${repoId} `) ? [...objects] : []))
      return all.map(([sha256, sizeBytes]) => ({ sha256, sizeBytes, addedAt: new Date(0), place: undefined })).slice(0, limit)
    },
    async adoptObjects(repoId, sha256s, senderId) {
      const known = new Map([...held.values()].flatMap((objects) => [...objects]))
      for (const sha256 of sha256s) holding(repoId, senderId).set(sha256, known.get(sha256) ?? 0)
    },
    async listUploadsBefore(time, limit) { return [...uploads.values()].filter((one) => one.createdAt < time).slice(0, limit).map(strip) },
  }
}

function strip({ id, repoId, senderId, sha256, sizeBytes, partBytes }: LfsUpload): LfsUpload {
  return { id, repoId, senderId, sha256, sizeBytes, partBytes }
}
