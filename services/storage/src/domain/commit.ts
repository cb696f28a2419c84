import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { judgeParsedCard } from '@hearth/formats'
import { parseGitOid, type GitOid } from '@hearth/ids'
import { assertAllowed, openRepo } from './access.ts'
import { authorOf, buildCommit } from './authorship.ts'
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
 * parent, same result) answers the present head; so does one that changes nothing. Throws PARENT_MOVED when the branch
 * is no longer at `parentCommit`.
 */
export async function createCommit(ctx: StorageContext, actor: Actor, command: CommitCommand, signal: AbortSignal): Promise<CommitOutcome> {
  const startedAt = ctx.clock.now()
  const ref = command.createPullRequest ? pullRequestBase(command.revision) : writableRefName(command.revision)
  const repo = await openForCommit(ctx, actor, command, ref)
  assertCommitRequest(command)
  const sources = await gatherSources(ctx, actor, repo, command.operations)
  const outcome = await ctx.git.transact(repo.id, async (tx) => {
    signal.throwIfAborted()
    const work = { ctx, actor, command, repo, sources, tx }
    return command.createPullRequest ? openPullRequest(work, ref) : advanceRef(work, ref)
  }, signal)
  ctx.observe.commitCreated({ repoId: repo.id, ref, oid: outcome.commitOid, operations: command.operations.length, ms: ctx.clock.now().getTime() - startedAt.getTime() })
  return outcome
}

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
  const base = await expectedParent(tx, repo, head, command.parentCommit)
  const made = await draftCommit(work, base, ref)
  const isRepeat = base.oid !== head.oid
  if (isRepeat && made?.record.treeOid !== head.treeOid) throw parentMoved()
  if (made === undefined || isRepeat) return { commitOid: head.oid, pullRequestNumber: undefined, repo }
  await tx.addCommit(made)
  await tx.changeRef({ kind: 'set', name: ref, from: head.oid, to: made.record.oid })
  const moved = ref === DEFAULT_REF ? { ...repo, headOid: made.record.oid } : repo
  return { commitOid: made.record.oid, pullRequestNumber: undefined, repo: moved }
}

async function headOf(tx: RepoTransaction, repo: Repo, ref: string, revision: string): Promise<CommitRecord> {
  const [found] = await tx.findRefs(repo.id, [ref])
  const head = found === undefined ? undefined : await tx.findCommit(repo.id, found.oid)
  if (head === undefined) throw revisionNotFound(revision)
  return head
}

/** The head; or, when the branch moved by one commit since `parentCommit`, that parent: the same commit may have come twice. */
async function expectedParent(tx: RepoTransaction, repo: Repo, head: CommitRecord, parentCommit: string | undefined): Promise<CommitRecord> {
  if (parentCommit === undefined) return head
  const wanted = parseGitOid(parentCommit)
  if (wanted === head.oid) return head
  const parent = wanted !== undefined && head.parentOids[0] === wanted ? await tx.findCommit(repo.id, wanted) : undefined
  if (parent === undefined) throw parentMoved()
  return parent
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
  const card = await ctx.texts.readCard({ git: tx, blobs: ctx.blobs }, repo.id, item)
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
