import { HearthError } from '@hearth/errors'
import { isGitOid, type GitOid } from '@hearth/ids'

export interface Signature {
  readonly name: string
  readonly email: string
  readonly time: Date
}

export interface GitCommit {
  readonly treeOid: GitOid
  readonly parentOids: readonly GitOid[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

/** Bytes of a commit object. Control characters and the delimiters <, > are taken out of names and mails. */
export function encodeCommit(commit: GitCommit): Buffer {
  const lines = [
    `tree ${commit.treeOid}`,
    ...commit.parentOids.map((oid) => `parent ${oid}`),
    `author ${encodeSignature(commit.author)}`,
    `committer ${encodeSignature(commit.committer)}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message}`, 'utf8')
}

export function encodeSignature(signature: Signature): string {
  const seconds = Math.floor(signature.time.getTime() / 1000)
  return `${cleanIdentity(signature.name) || 'unknown'} <${cleanIdentity(signature.email)}> ${seconds} +0000`
}

function cleanIdentity(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f<>]/g, '').trim()
}

/** Throws INVALID_ARGUMENT when tree, author or committer are missing. Unknown headers (signatures, encodings) are skipped. */
export function parseCommit(data: Buffer): GitCommit {
  const text = data.toString('utf8')
  const split = text.indexOf('\n\n')
  const head = (split < 0 ? text : text.slice(0, split)).split('\n')
  const message = split < 0 ? '' : text.slice(split + 2)
  const treeOid = valuesOf(head, 'tree')[0] ?? ''
  const parentOids = valuesOf(head, 'parent')
  if (!isGitOid(treeOid) || !parentOids.every(isGitOid)) throw malformed('an object id is missing or wrong')
  return { treeOid, parentOids, author: parseSignature(head, 'author'), committer: parseSignature(head, 'committer'), message }
}

function valuesOf(head: readonly string[], key: string): string[] {
  return head.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
}

function parseSignature(head: readonly string[], key: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (-?\d{1,15}) [+-]\d{4}$/.exec(valuesOf(head, key)[0] ?? '')
  if (match === null) throw malformed(`${key} is missing or wrong`)
  return { name: match[1] ?? '', email: match[2] ?? '', time: new Date(Number(match[3]) * 1000) }
}

function malformed(what: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `malformed git commit: ${what}`)
}
