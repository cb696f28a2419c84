import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { authorOf, buildCommit, cleanText } from './authorship.ts'
import { defaultAttributes } from './git/default-files.ts'
import { makeObject, type GitObject } from './git/git-object.ts'
import { assertRefName, DEFAULT_REF, revisionNotFound } from './git/ref-names.ts'
import { makeTag } from './git/tag-codec.ts'
import { encodeTree, MODE } from './git/tree-codec.ts'
import type { NewCommit, RefRecord, RepoTransaction } from './git-store-port.ts'
import type { StorageContext } from './ports.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'

export type RefKind = 'branch' | 'tag'

const MAX_REFS = 10_000
const MAX_TAG_MESSAGE_CHARS = 65_536

export interface RefList {
  readonly repo: Repo
  readonly refs: readonly RefRecord[]
}

export async function listRefs(ctx: StorageContext, actor: Actor, query: { readonly repo: RepoName; readonly includePullRequests: boolean }): Promise<RefList> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const refs = await ctx.git.listRefs(repo.id)
  return { repo, refs: refs.filter((ref) => query.includePullRequests || !ref.name.startsWith('refs/pr/')) }
}

export interface CreateRefCommand {
  readonly repo: RepoName
  readonly kind: RefKind
  readonly name: string
  readonly startingPoint: string | undefined
  /** Moves what is there; without a starting point, and not empty, what is there stays. */
  readonly overwrite: boolean
  /** Makes an annotated tag. */
  readonly message?: string | undefined
  /** A branch without history: one commit that holds the default .gitattributes. */
  readonly isEmpty?: boolean | undefined
}

/** Throws REF_EXISTS `Reference refs/heads/x already exists` unless `overwrite`, REVISION_NOT_FOUND, INVALID_ARGUMENT. */
export async function createRef(ctx: StorageContext, actor: Actor, command: CreateRefCommand, signal: AbortSignal): Promise<void> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'writeContent')
  assertCommand(command)
  const name = fullName(command.kind, command.name)
  await ctx.git.transact(repo.id, async (tx) => {
    const [present] = await tx.findRefs(repo.id, [name])
    if (present !== undefined && !isToBeMoved(name, command)) return
    const { to, tag } = await openTarget({ ctx, actor, repo, tx }, command)
    if (present?.oid === to && tag === undefined && present.tagOid === undefined) return
    if (present === undefined) assertRoomFor(name, await tx.listRefs(repo.id))
    await tx.changeRef({ kind: 'set', name, from: present?.oid, to, ...(tag === undefined ? {} : { tag }) })
  }, signal)
}

/** What is there stays when nobody said where else it should go. Throws REF_EXISTS unless it may be overwritten. */
function isToBeMoved(name: string, { overwrite, startingPoint, isEmpty }: CreateRefCommand): boolean {
  if (!overwrite) throw new HearthError('REF_EXISTS', `Reference ${name} already exists`)
  return startingPoint !== undefined || isEmpty === true
}

function assertCommand({ kind, name, message, isEmpty }: CreateRefCommand): void {
  if (kind === 'branch' && name.startsWith('refs/')) throw invalidBranch(name)
  assertRefName(name)
  if (message !== undefined && message.length > MAX_TAG_MESSAGE_CHARS) throw new HearthError('INVALID_ARGUMENT', `The message of a tag is at most ${MAX_TAG_MESSAGE_CHARS} characters long`)
  if (isEmpty === true && kind === 'tag') throw new HearthError('INVALID_ARGUMENT', 'Only a branch can be empty')
}

/** The wording that the official clients' users know. */
export function invalidBranch(name: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `Invalid reference for a branch: ${name.slice(0, 200)}`)
}

interface RefWork {
  readonly ctx: StorageContext
  readonly actor: Actor
  readonly repo: Repo
  readonly tx: RepoTransaction
}

async function openTarget({ ctx, actor, repo, tx }: RefWork, command: CreateRefCommand): Promise<{ readonly to: GitOid; readonly tag: GitObject | undefined }> {
  if (command.isEmpty === true) {
    const first = emptyCommit(repo, actor, { time: ctx.clock.now(), pushedTo: fullName(command.kind, command.name) })
    await tx.addCommit(first)
    return { to: first.record.oid, tag: undefined }
  }
  const to = await resolveRevision(tx, repo, command.startingPoint)
  const message = command.kind === 'tag' ? cleanText(command.message ?? '').trim() : ''
  const tagger = authorOf(actor)
  const tag = message === '' ? undefined : makeTag({ targetOid: to, name: command.name, tagger: { ...tagger, time: ctx.clock.now() }, message })
  return { to, tag }
}

function emptyCommit(repo: Repo, actor: Actor, { time, pushedTo }: { readonly time: Date; readonly pushedTo: string }): NewCommit {
  const attributes = defaultAttributes(repo.type)
  const blob = makeObject('blob', Buffer.from(attributes.text))
  const tree = makeObject('tree', encodeTree([{ name: attributes.path, mode: MODE.file, oid: blob.oid }]))
  return buildCommit({
    treeOid: tree.oid, parent: undefined, author: authorOf(actor), time, summary: 'initial commit', description: '', objects: [blob, tree],
    reached: [{ oid: blob.oid, sizeBytes: blob.data.length, lfs: undefined }], pushedTo,
  })
}

/** git keeps refs as files in some of its stores: `a` and `a/b` cannot both be there. */
function assertRoomFor(name: string, refs: readonly RefRecord[]): void {
  if (refs.length >= MAX_REFS) throw new HearthError('TOO_LARGE', `This repository has ${refs.length} references; that is the limit`)
  const clash = refs.find((ref) => ref.name.startsWith(`${name}/`) || name.startsWith(`${ref.name}/`))
  if (clash !== undefined) throw new HearthError('REF_EXISTS', `Reference ${clash.name} already exists and leaves no room for ${name}`)
}

export async function deleteRef(ctx: StorageContext, actor: Actor, command: Pick<CreateRefCommand, 'repo' | 'kind' | 'name'>, signal: AbortSignal): Promise<void> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'writeContent')
  const name = fullName(command.kind, command.name)
  if (name === DEFAULT_REF) throw new HearthError('INVALID_ARGUMENT', `Cannot delete ${DEFAULT_REF}`)
  await ctx.git.transact(repo.id, async (tx) => {
    const [present] = await tx.findRefs(repo.id, [name])
    if (present === undefined) throw revisionNotFound(command.name)
    await tx.changeRef({ kind: 'delete', name, from: present.oid })
  }, signal)
}

function fullName(kind: RefKind, name: string): string {
  return kind === 'branch' ? `refs/heads/${name}` : `refs/tags/${name}`
}
