import { HearthError } from '@hearth/errors'
import { isGitOid } from '@hearth/ids'

export const DEFAULT_BRANCH = 'main'
export const DEFAULT_REF = `refs/heads/${DEFAULT_BRANCH}`

const MAX_REF_BYTES = 250
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[./-]|[./]$|^@$/

/** git check-ref-format's rules for a branch or tag; names that look like an object id are refused, so that an id always means the commit. */
export function assertRefName(name: string): void {
  const isTooLong = Buffer.byteLength(name) > MAX_REF_BYTES
  const looksLikeOid = isGitOid(name.toLowerCase())
  if (name === '' || isTooLong || !name.isWellFormed() || FORBIDDEN.test(name) || name === 'HEAD') throw invalidName(name, 'git does not allow it')
  if (looksLikeOid) throw invalidName(name, 'it reads as a commit id')
  if (name.startsWith('refs/')) throw invalidName(name, 'it begins with refs/')
}

function invalidName(name: string, why: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `Invalid ref name ${JSON.stringify(name.slice(0, MAX_REF_BYTES))}: ${why}`)
}

const PULL_REF = /^refs\/pr\/([1-9]\d{0,8})$/

export function pullRequestRef(number: number): string {
  return `refs/pr/${number}`
}

/** The number of refs/pr/N; undefined for any other ref. */
export function pullRequestNumber(ref: string): number | undefined {
  const digits = PULL_REF.exec(ref)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What a revision text may name. Refs come in order of preference: a branch wins over a tag of the same name. */
export interface RevisionCandidates {
  readonly refs: readonly string[]
  /** 40 digits, or 7 to 39 of an abbreviated id. */
  readonly oidPrefix: string | undefined
}

export function revisionCandidates(revision: string): RevisionCandidates {
  if (revision === '' || revision === 'HEAD') return { refs: [DEFAULT_REF], oidPrefix: undefined }
  if (Buffer.byteLength(revision) > MAX_REF_BYTES + 20 || revision.includes('\0')) return { refs: [], oidPrefix: undefined }
  const folded = revision.toLowerCase()
  if (isGitOid(folded)) return { refs: [], oidPrefix: folded }
  const oidPrefix = /^[0-9a-f]{7,39}$/.test(folded) ? folded : undefined
  if (revision.startsWith('refs/')) return { refs: [revision], oidPrefix }
  return { refs: [`refs/heads/${revision}`, `refs/tags/${revision}`], oidPrefix }
}

export function revisionNotFound(revision: string): HearthError {
  return new HearthError('REVISION_NOT_FOUND', `Invalid rev id: ${revision.slice(0, 200)}`)
}
