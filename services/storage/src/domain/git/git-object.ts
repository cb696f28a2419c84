import { createHash } from 'node:crypto'
import type { GitOid } from '@hearth/ids'

/** Numbers as in git's pack format; the database keeps the same ones. */
export const GIT_TYPE = { commit: 1, tree: 2, blob: 3, tag: 4 } as const
export type GitType = keyof typeof GIT_TYPE

/** A complete git object that is ready to be stored. */
export interface GitObject {
  readonly oid: GitOid
  readonly type: GitType
  readonly data: Buffer
}

/** The SHA-1 over "<type> <size>\0<data>": git's name of an object. */
export function hashObject(type: GitType, data: Buffer): GitOid {
  return createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex') as GitOid
}

export function makeObject(type: GitType, data: Buffer): GitObject {
  return { oid: hashObject(type, data), type, data }
}

/** The tree without entries. */
export const EMPTY_TREE_OID = hashObject('tree', Buffer.alloc(0))
