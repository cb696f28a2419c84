import { isSha256, type Sha256 } from '@hearth/ids'

export interface LfsPointerText {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

/** git-lfs reads no pointer longer than this; what is longer is a plain file. */
export const MAX_POINTER_BYTES = 1024
export const POINTER_PREFIX = 'version https://git-lfs.github.com/spec/v1\n'

const SHAPE = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize ([1-9]\d{0,15})\n$/

/** The pointer blob that stands in the tree for a large file. */
export function formatPointer(pointer: LfsPointerText): Buffer {
  return Buffer.from(`${POINTER_PREFIX}oid sha256:${pointer.sha256}\nsize ${pointer.sizeBytes}\n`, 'latin1')
}

/** undefined for all that is not exactly the canonical form: CRLF, size 0, more lines or extensions make it a plain file. */
export function parsePointer(data: Buffer): LfsPointerText | undefined {
  if (data.length > MAX_POINTER_BYTES) return undefined
  const match = SHAPE.exec(data.toString('latin1'))
  const sha256 = match?.[1] ?? ''
  const sizeBytes = Number(match?.[2])
  return isSha256(sha256) && Number.isSafeInteger(sizeBytes) ? { sha256, sizeBytes } : undefined
}
