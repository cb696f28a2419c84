import type { Brand } from './brand.ts'

/** 64 lower-case hex digits. */
export type Sha256 = Brand<string, 'Sha256'>

const SHAPE = /^[0-9a-f]{64}$/

export function isSha256(text: string): text is Sha256 {
  return SHAPE.test(text)
}

/** undefined for anything but 64 hex digits (any case). */
export function parseSha256(text: string): Sha256 | undefined {
  const folded = text.toLowerCase()
  return isSha256(folded) ? folded : undefined
}
