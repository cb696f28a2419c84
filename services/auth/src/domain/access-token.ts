import { createHash } from 'node:crypto'
import type { Sha256 } from '@hearth/ids'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const MINTED_LENGTH = 34
const PREFIX = 'hf_'
const MIN_LENGTH = 8
const MAX_LENGTH = 256
const PRINTABLE = /^[\x21-\x7e]+$/

/** A new token, `hf_` and 34 letters and digits (202 bits): the form that every client accepts. */
export function mintAccessToken(randomBytes: (count: number) => Uint8Array): string {
  let text = PREFIX
  while (text.length < PREFIX.length + MINTED_LENGTH) {
    for (const byte of randomBytes(64)) {
      // 248 = 4 * 62: bytes above it would favour the first letters.
      if (byte < 248 && text.length < PREFIX.length + MINTED_LENGTH) text += ALPHABET[byte % ALPHABET.length]
    }
  }
  return text
}

/** What is stored and looked up. Tokens are random, so a plain digest cannot be reversed by guessing. */
export function hashAccessToken(token: string): Sha256 {
  return createHash('sha256').update(token).digest('hex') as Sha256
}

/** A token as somebody wrote it: white space and a byte order mark around it are dropped. */
export function trimAccessToken(text: string): string {
  return text.trim()
}

/** What keeps a given value from being a token, never quoting it; undefined when nothing does. */
export function findTokenProblem(token: string): string | undefined {
  if (!token.startsWith(PREFIX)) return 'must begin with "hf_"'
  if (token.length < MIN_LENGTH || token.length > MAX_LENGTH) return `must be ${MIN_LENGTH} to ${MAX_LENGTH} characters long`
  return PRINTABLE.test(token) ? undefined : 'must hold printable ASCII characters without white space only'
}
