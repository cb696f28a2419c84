export const PART_BYTES = 64 * 1024 * 1024
export const SINGLE_PUT_BYTES = 128 * 1024 * 1024
const MAX_PARTS = 1000

/** Size of every part but the last: 64 MiB, more when there would be over 1,000 of them; whole MiB. */
export function partBytesFor(sizeBytes: number): number {
  const mib = 1024 * 1024
  return Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / mib) * mib)
}

export function countParts(sizeBytes: number, partBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / partBytes))
}

/** Parts are numbered from 1. */
export function partAt(sizeBytes: number, partBytes: number, partNumber: number): { readonly offset: number; readonly sizeBytes: number } {
  const offset = (partNumber - 1) * partBytes
  return { offset, sizeBytes: Math.min(partBytes, sizeBytes - offset) }
}
