import type { Actor } from '@hearth/authz'
import { HearthError, isHearthError } from '@hearth/errors'
import { judgeParsedCard } from '@hearth/formats'
import { parseGitOid, type GitOid } from '@hearth/ids'
import { assertAllowed, openRepo } from './access.ts'
import { authorOf, buildCommit, messageOf } from './authorship.ts'
import { applyOperations, openCopySources } from './commit-apply.ts'
import { assertCommitRequest, touchedPaths, type CommitOperation } from './commit-operation.ts'
import { gatherSources, type CommitSources } from './commit-sources.ts'
import { DEFAULT_REF, pullRequestNumber, pullRequestRef, revisionNotFound } from './git/ref-names.ts'
import type { TreeItem } from './git/tree-codec.ts'
import type { CommitRecord, NewCommit, RepoTransaction } from './git-store-port.ts'
import type { StorageContext } from './ports.ts'
import type { Repo, RepoName } from './repo.ts'
import { writableRefName } from './revision.ts'
import { openTreeEdit } from './tree-edit.ts'

export interface CommitCommand {
  readonly repo: RepoName
  readonly revision: string
  readonly parentCommit: string | undefined
  readonly summary: string
  readonly description: string
  readonly createPullRequest: boolean
  readonly operations: readonly CommitOperation[]
}

export interface CommitOutcome {
  readonly commitOid: GitOid
  readonly pullRequestNumber: number | undefined
  readonly repo: Repo
}

/**
 * Applies the operations, in order, to the head of a branch or of refs/pr/N, in one transaction. A repeated commit (same
 * parent, same result) answers what it made before; one that changes nothing answers the present head. Throws PARENT_MOVED when the branch
 * is no longer at `parentCommit`.
 */
export async function createCommit(ctx: StorageContext, actor: Actor, command: CommitCommand, signal: AbortSignal): Promise<CommitOutcome> {
  const startedAt = ctx.clock.now()
  const ref = command.createPullRequest ? pullRequestBase(command.revision) : writableRefName(command.revision)
  const repo = await openForCommit(ctx, actor, command, ref)
  assertCommitRequest(command)
  await ctx.space.assertRoom(command.operations.length * OPERATION_BYTES)
  const sources = await gatherSources(ctx, actor, repo, command.operations)
  const outcome = await ctx.git.transact(repo.id, async (tx) => {
    signal.throwIfAborted()
    const work = { ctx, actor, command, repo, sources, tx }
    return command.createPullRequest ? openPullRequest(work, ref) : advanceRef(work, ref)
  }, signal)
  ctx.observe.commitCreated({ repoId: repo.id, ref, oid: outcome.commitOid, operations: command.operations.length, ms: ctx.clock.now().getTime() - startedAt.getTime() })
  return outcome
}

/** What an operation leaves in the database, about: rows of trees and pointers. */
const OPERATION_BYTES = 2048

interface Work {
  readonly ctx: StorageContext
  readonly actor: Actor
  readonly command: CommitCommand
  readonly repo: Repo
  readonly sources: CommitSources
  readonly tx: RepoTransaction
}

function pullRequestBase(revision: string): string {
  const ref = writableRefName(revision)
  if (pullRequestNumber(ref) !== undefined) throw revisionNotFound(revision)
  return ref
}

/** Whoever may read may open a pull request, and go on committing to it. */
async function openForCommit(ctx: StorageContext, actor: Actor, command: CommitCommand, ref: string): Promise<Repo> {
  if (command.createPullRequest) return openRepo(ctx.repos, actor, command.repo, 'openPullRequest')
  const repo = await openRepo(ctx.repos, actor, command.repo, 'see')
  await assertMayMoveRef(ctx, actor, repo, ref)
  return repo
}

async function assertMayMoveRef(ctx: StorageContext, actor: Actor, repo: Repo, ref: string): Promise<void> {
  const number = pullRequestNumber(ref)
  const discussion = number === undefined ? undefined : await ctx.git.findDiscussion(repo.id, number)
  const isOwnPullRequest = discussion !== undefined && actor.kind === 'user' && discussion.authorId === actor.id
  await assertAllowed(ctx.repos, actor, isOwnPullRequest ? 'openPullRequest' : 'writeContent', repo)
  if (discussion !== undefined && (discussion.status === 'closed' || discussion.status === 'merged')) {
    throw new HearthError('CONFLICT', `Pull request ${discussion.number} is ${discussion.status}; it takes no more commits`)
  }
}

async function advanceRef(work: Work, ref: string): Promise<CommitOutcome> {
  const { tx, repo, command } = work
  const head = await headOf(tx, repo, ref, command.revision)
  const isAtHead = command.parentCommit === undefined || parseGitOid(command.parentCommit) === head.oid
  const made = isAtHead ? await draftOnHead(work, head, ref) : await findRepeated(work, head, ref)
  if (made === undefined || 'oid' in made) return { commitOid: made?.oid ?? head.oid, pullRequestNumber: undefined, repo }
  await tx.addCommit(made)
  await tx.changeRef({ kind: 'set', name: ref, from: head.oid, to: made.record.oid })
  const moved = ref === DEFAULT_REF ? { ...repo, headOid: made.record.oid } : repo
  return { commitOid: made.record.oid, pullRequestNumber: undefined, repo: moved }
}

/** What deletes or renames cannot be done twice: when it fails for want of a file, the head may be what the same request made before. */
async function draftOnHead(work: Work, head: CommitRecord, ref: string): Promise<NewCommit | CommitRecord | undefined> {
  try {
    return await draftCommit(work, head, ref)
  } catch (error) {
    const parentOid = head.parentOids[0]
    const isSame = isHearthError(error, 'ENTRY_NOT_FOUND') && parentOid !== undefined && isSaidTheSame(work, head)
    const parent = isSame ? await work.tx.findCommit(work.repo.id, parentOid) : undefined
    const again = parent === undefined ? undefined : await draftCommit(work, parent, ref)
    if (again?.record.treeOid === head.treeOid) return head
    throw error
  }
}

function isSaidTheSame({ actor, command }: Work, made: CommitRecord): boolean {
  const said = messageOf(command)
  return made.authorName === authorOf(actor).name && made.title === said.title && made.message === said.message
}

/** How many commits may have come after one whose answer was lost. */
const MAX_COMMITS_SINCE = 100

/**
 * The branch moved on from `parentCommit`: by this very commit, when it came before and its answer was lost. Behind the head it has to
 * be the same author's in the same words. Throws PARENT_MOVED otherwise.
 */
async function findRepeated(work: Work, head: CommitRecord, ref: string): Promise<CommitRecord> {
  const { tx, repo, command } = work
  const wanted = parseGitOid(command.parentCommit ?? '')
  const since = await tx.walkFirstParents(repo.id, head.oid, MAX_COMMITS_SINCE)
  const next = since.find((commit) => wanted !== undefined && commit.parentOids[0] === wanted)
  const isSame = next !== undefined && (next.oid === head.oid || isSaidTheSame(work, next))
  const parent = isSame && wanted !== undefined ? await tx.findCommit(repo.id, wanted) : undefined
  const again = parent === undefined ? undefined : await draftCommit(work, parent, ref)
  if (next === undefined || again?.record.treeOid !== next.treeOid) throw parentMoved()
  return next
}

async function headOf(tx: RepoTransaction, repo: Repo, ref: string, revision: string): Promise<CommitRecord> {
  const [found] = await tx.findRefs(repo.id, [ref])
  const head = found === undefined ? undefined : await tx.findCommit(repo.id, found.oid)
  if (head === undefined) throw revisionNotFound(revision)
  return head
}

function parentMoved(): HearthError {
  return new HearthError('PARENT_MOVED', 'The branch was updated since you opened this page. Please refresh and try again.')
}

/** undefined when the operations leave the tree as it is. */
async function draftCommit(work: Work, base: CommitRecord, pushedTo: string | undefined): Promise<NewCommit | undefined> {
  const { command, repo, tx, sources } = work
  const edit = await openTreeEdit(tx, repo.id, base.treeOid, touchedPaths(command.operations))
  const copies = await openCopySources(tx, repo, base, command.operations)
  const added = await applyOperations({ tx, repo, edit, sources, copies }, command.operations)
  const { rootOid, trees } = edit.finish()
  if (rootOid === base.treeOid) return undefined
  if (command.operations.some((operation) => touchesCard(operation))) await assertCard(work, edit.find(CARD_PATH))
  return buildCommit({
    treeOid: rootOid, parent: base, author: authorOf(work.actor), time: work.ctx.clock.now(), summary: command.summary,
    description: command.description, objects: [...added.objects, ...trees], reached: added.reached, pushedTo,
  })
}

const CARD_PATH = 'README.md'

function touchesCard(operation: CommitOperation): boolean {
  return operation.kind === 'copy' ? operation.toPath === CARD_PATH : (operation.kind === 'addBlob' || operation.kind === 'addLfs') && operation.path === CARD_PATH
}

/** The verdict of /api/validate-yaml, whatever way the README came. */
async function assertCard({ ctx, tx, repo }: Work, item: TreeItem | undefined): Promise<void> {
  const card = await ctx.texts.readCard({ git: tx, blobs: tx }, repo.id, item)
  const errors = card === undefined ? [] : judgeParsedCard(card).errors
  if (errors.length > 0) throw new HearthError('INVALID_CARD', `Invalid metadata in README.md: ${errors.join('; ')}`)
}

/** The new pull request starts at `parentCommit`, or at the branch's head, and holds the commit. */
async function openPullRequest(work: Work, ref: string): Promise<CommitOutcome> {
  const { tx, repo, command } = work
  const head = await headOf(tx, repo, ref, command.revision)
  const wanted = command.parentCommit === undefined ? head.oid : parseGitOid(command.parentCommit)
  const base = wanted === head.oid ? head : wanted === undefined ? undefined : await tx.findCommit(repo.id, wanted)
  if (base === undefined) throw revisionNotFound(command.parentCommit ?? '')
  const author = authorOf(work.actor)
  const title = command.summary === '' ? 'Update' : command.summary
  const number = await tx.addDiscussion({ kind: 'pull_request', title, description: command.description, authorId: author.id, authorName: author.name })
  const made = await draftCommit(work, base, pullRequestRef(number))
  if (made !== undefined) await tx.addCommit(made)
  const tip = made?.record.oid ?? base.oid
  await tx.changeRef({ kind: 'set', name: pullRequestRef(number), from: undefined, to: tip })
  return { commitOid: tip, pullRequestNumber: number, repo }
}
