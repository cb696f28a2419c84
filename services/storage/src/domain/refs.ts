import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { openRepo } from './access.ts'
import { assertRefName, DEFAULT_REF, revisionNotFound } from './git/ref-names.ts'
import type { RefRecord } from './git-store-port.ts'
import type { StorageContext } from './ports.ts'
import type { RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'

export type RefKind = 'branch' | 'tag'

const MAX_REFS = 10_000

export async function listRefs(ctx: StorageContext, actor: Actor, query: { readonly repo: RepoName; readonly includePullRequests: boolean }): Promise<RefRecord[]> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const refs = await ctx.git.listRefs(repo.id)
  return refs.filter((ref) => query.includePullRequests || !ref.name.startsWith('refs/pr/'))
}

export interface CreateRefCommand {
  readonly repo: RepoName
  readonly kind: RefKind
  readonly name: string
  readonly startingPoint: string | undefined
  readonly overwrite: boolean
}

/** Throws REF_EXISTS `Reference refs/heads/x already exists` unless `overwrite`. */
export async function createRef(ctx: StorageContext, actor: Actor, command: CreateRefCommand, signal: AbortSignal): Promise<void> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'writeContent')
  assertRefName(command.name)
  const name = fullName(command.kind, command.name)
  await ctx.git.transact(repo.id, async (tx) => {
    const to = await resolveRevision(tx, repo, command.startingPoint)
    const [present] = await tx.findRefs(repo.id, [name])
    if (present !== undefined && !command.overwrite) throw new HearthError('REF_EXISTS', `Reference ${name} already exists`)
    if (present?.oid === to) return
    if (present === undefined) assertRoomFor(name, await tx.listRefs(repo.id))
    await tx.changeRef({ kind: 'set', name, from: present?.oid, to })
  }, signal)
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
