import type { Brand } from './brand.ts'

/** 24 lower-case hex digits: the Hub's `_id` of an account, repo or job. */
export type ObjectId = Brand<string, 'ObjectId'>

const SHAPE = /^[0-9a-f]{24}$/

export function isObjectId(text: string): text is ObjectId {
  return SHAPE.test(text)
}

/** 4 bytes of seconds, then 8 random bytes: sorts by creation second, cannot be guessed. */
export function newObjectId(nowMs: number, randomBytes: (count: number) => Uint8Array): ObjectId {
  const seconds = Math.floor(nowMs / 1000).toString(16).padStart(8, '0')
  const tail = Array.from(randomBytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${seconds}${tail}` as ObjectId
}
