import type { Sha256 } from '@hearth/ids'
import type { BlobStore } from '../domain/blob-store-port.ts'

/** The first `maxBytes` of an object, whole in memory: for the few small reads of the control plane. */
export async function readStart(objects: BlobStore, sha256: Sha256, maxBytes: number): Promise<Buffer> {
  await using reader = await objects.open(sha256)
  const buffer = Buffer.alloc(Math.min(maxBytes, reader.sizeBytes))
  let filled = 0
  while (filled < buffer.length) {
    const count = await reader.read(buffer.subarray(filled), buffer.length - filled, filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}
