import type { GitOid } from '@hearth/ids'
import { encodeSignature, type Signature } from './commit-codec.ts'
import { makeObject, type GitObject } from './git-object.ts'

export interface GitTag {
  readonly targetOid: GitOid
  readonly name: string
  readonly tagger: Signature
  readonly message: string
}

/** An annotated tag of a commit. Its message ends with a line feed, as git writes it. */
export function makeTag(tag: GitTag): GitObject {
  const lines = [`object ${tag.targetOid}`, 'type commit', `tag ${tag.name}`, `tagger ${encodeSignature(tag.tagger)}`]
  return makeObject('tag', Buffer.from(`${lines.join('\n')}\n\n${tag.message.trimEnd()}\n`, 'utf8'))
}
