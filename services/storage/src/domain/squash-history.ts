import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { authorOf, buildCommit } from './authorship.ts'
import { revisionNotFound } from './git/ref-names.ts'
import type { StorageContext } from './ports.ts'
import { invalidBranch } from './refs.ts'
import type { RepoName } from './repo.ts'

export interface SquashCommand {
  readonly repo: RepoName
  readonly branch: string
  readonly message: string | undefined
}

/** One commit with the tree that the branch has now, and no parent. Other refs, and what they reach, stay as they are. Throws REVISION_NOT_FOUND, INVALID_ARGUMENT for what is no branch. */
export async function squashHistory(ctx: StorageContext, actor: Actor, command: SquashCommand, signal: AbortSignal): Promise<{ readonly commitOid: GitOid }> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'writeContent')
  const branch = command.branch.replace(/^refs\/heads\//, '')
  if (branch.startsWith('refs/')) throw invalidBranch(command.branch)
  const name = `refs/heads/${branch}`
  return ctx.git.transact(repo.id, async (tx) => {
    const [ref, tag] = await tx.findRefs(repo.id, [name, `refs/tags/${branch}`])
    if (ref?.name !== name) throw tag === undefined && ref === undefined ? revisionNotFound(branch) : invalidBranch(branch)
    const head = await tx.findCommit(repo.id, ref.oid)
    if (head === undefined) throw new HearthError('INTERNAL', `commit ${ref.oid} is missing`)
    const summary = command.message?.trim() || `Super-squash branch '${branch}'`
    const made = buildCommit({ treeOid: head.treeOid, parent: undefined, author: authorOf(actor), time: ctx.clock.now(), ...splitMessage(summary), objects: [], reached: [] })
    if (made.record.oid === head.oid) return { commitOid: head.oid }
    await tx.addCommit(made)
    await tx.changeRef({ kind: 'set', name, from: head.oid, to: made.record.oid })
    return { commitOid: made.record.oid }
  }, signal)
}

/** First line, and what follows it. */
function splitMessage(message: string): { readonly summary: string; readonly description: string } {
  const end = message.search(/\r?\n/)
  return end < 0 ? { summary: message, description: '' } : { summary: message.slice(0, end), description: message.slice(end).trim() }
}
