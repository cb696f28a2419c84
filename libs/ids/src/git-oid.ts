import type { Brand } from './brand.ts'

/** 40 lower-case hex digits: a git object id (SHA-1). */
export type GitOid = Brand<string, 'GitOid'>

const SHAPE = /^[0-9a-f]{40}$/

export function isGitOid(text: string): text is GitOid {
  return SHAPE.test(text)
}

/** undefined for anything but 40 hex digits (any case). */
export function parseGitOid(text: string): GitOid | undefined {
  const folded = text.toLowerCase()
  return isGitOid(folded) ? folded : undefined
}
