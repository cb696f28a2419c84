import type { Actor } from '@hearth/authz'
import type { GitOid } from '@hearth/ids'
import { encodeCommit } from './git/commit-codec.ts'
import { makeObject, type GitObject } from './git/git-object.ts'
import type { CommitRecord, NewCommit, ReachedBlob } from './git-store-port.ts'

export interface Author {
  readonly id: string
  readonly name: string
  readonly email: string
}

const NOREPLY_DOMAIN = 'users.noreply.hearth'

/** Mail addresses are nobody's business in a public history. */
export function authorOf(actor: Actor): Author {
  if (actor.kind === 'user') return { id: actor.id, name: actor.name, email: `${actor.name}@${NOREPLY_DOMAIN}` }
  const name = actor.kind === 'service' ? actor.name : 'anonymous'
  return { id: '', name, email: `${name}@${NOREPLY_DOMAIN}` }
}

export interface CommitDraft {
  readonly treeOid: GitOid
  readonly parent: CommitRecord | undefined
  readonly author: Author
  readonly time: Date
  readonly summary: string
  readonly description: string
  readonly objects: readonly GitObject[]
  readonly reached: readonly ReachedBlob[]
  readonly pushedTo?: string | undefined
}

/** The commit object and its row; git's times are whole seconds, so the row's are. */
export function buildCommit(draft: CommitDraft): NewCommit {
  const time = new Date(Math.floor(draft.time.getTime() / 1000) * 1000)
  const signature = { name: draft.author.name, email: draft.author.email, time }
  const parentOids = draft.parent === undefined ? [] : [draft.parent.oid]
  const { title, message } = messageOf(draft)
  const object = makeObject('commit', encodeCommit({ treeOid: draft.treeOid, parentOids, author: signature, committer: signature, message }))
  const linearDepth = draft.parent === undefined ? 1 : addOne(draft.parent.linearDepth)
  return {
    record: { oid: object.oid, treeOid: draft.treeOid, parentOids, authorName: draft.author.name, time, title, message, linearDepth },
    authorEmail: draft.author.email, objects: [...draft.objects, object], reached: draft.reached, pushedTo: draft.pushedTo,
  }
}

export function messageOf({ summary, description }: Pick<CommitDraft, 'summary' | 'description'>): { readonly title: string; readonly message: string } {
  const title = oneLine(summary)
  return { title, message: description === '' ? title : `${title}\n\n${cleanText(description)}` }
}

function oneLine(summary: string): string {
  return cleanText(summary).split(/\r?\n/, 1)[0]?.trim() || 'Update'
}

/** What PostgreSQL and git both take. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

function addOne(depth: number | undefined): number | undefined {
  return depth === undefined ? undefined : depth + 1
}
