import { statfs } from 'node:fs/promises'
import type { DiskSpace } from '../domain/disk-space-port.ts'
import type { GitBlobStore } from '../domain/git-blob-port.ts'
import { diskFull } from './disk-error.ts'

const MAX_RESERVE_BYTES = 256 * 1024 * 1024
/** Of a small disk less is kept back. */
const RESERVE_SHARE = 0.1

/** Room of the disk that `folder` is on, asked for each time; a folder that cannot be asked has room. undefined: a disk that is not ours to watch. */
export function watchDiskSpace(folder: string | undefined): DiskSpace {
  return {
    async assertRoom(bytes) {
      const disk = folder === undefined ? undefined : await statfs(folder).catch(() => undefined)
      if (disk === undefined) return
      const reserve = Math.min(MAX_RESERVE_BYTES, disk.blocks * disk.bsize * RESERVE_SHARE)
      if (disk.bavail * disk.bsize - bytes < reserve) throw diskFull()
    },
  }
}

/** A row takes its bytes in the table and in the log, and some more. */
const ROW_BYTES = 512
const WRITE_FACTOR = 2

export function withRoomFor(blobs: GitBlobStore, space: DiskSpace): GitBlobStore {
  return {
    readBlob: (repoId, oid) => blobs.readBlob(repoId, oid),
    async addBlobs(repoId, added) {
      const bytes = added.reduce((sum, { bytes: content }) => sum + ROW_BYTES + (content.kind === 'inline' ? content.data.length : 0), 0)
      await space.assertRoom(bytes * WRITE_FACTOR)
      await blobs.addBlobs(repoId, added)
    },
  }
}
