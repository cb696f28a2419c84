import { hashAccessToken } from './access-token.ts'
import type { Sha256 } from '@hearth/ids'

/** What a session's cookie holds: 256 random bits. No token's form, so that one is never taken for the other. */
export function mintSessionValue(randomBytes: (count: number) => Uint8Array): string {
  return `hs_${Buffer.from(randomBytes(32)).toString('base64url')}`
}

export function hashSessionValue(value: string): Sha256 {
  return hashAccessToken(value)
}
