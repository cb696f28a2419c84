import type { Actor } from '@hearth/authz'
import { openRepo, repoNotFound } from './access.ts'
import { openNamespace } from './open-namespace.ts'
import type { CallerCredentials, StorageContext } from './ports.ts'
import { assertRepoName, splitRepoPath } from './repo-names.ts'
import { foldRepoPath, isNamed, repoPath, type Repo, type RepoName } from './repo.ts'

export interface MoveRepoCommand {
  readonly from: RepoName
  /** "namespace/name" */
  readonly to: string
}

/**
 * Gives a repo another name or namespace; all that belongs to it stays with it. Only its present name counts as `from`, but a
 * move that was made already and is sent again is answered as made. Throws REPO_EXISTS, and what `openNamespace` throws.
 */
export async function moveRepo(ctx: StorageContext, actor: Actor, command: MoveRepoCommand, caller: CallerCredentials): Promise<Repo> {
  const target = splitRepoPath(command.to)
  const repo = await openRepo(ctx.repos, actor, command.from, 'administer')
  if (!isNamed(repo, command.from)) {
    if (foldRepoPath(repoPath(repo)) === foldRepoPath(command.to)) return repo
    throw repoNotFound()
  }
  const namespace = await openNamespace(ctx, actor, target.namespace, caller)
  assertRepoName(target.name)
  if (namespace.name === repo.namespace && target.name === repo.name) return repo
  const moved = await ctx.repos.moveRepo(repo.id, { namespace: namespace.name, namespaceId: namespace.id, name: target.name })
  if (moved === undefined) throw repoNotFound()
  ctx.observe.repoChanged({ repoId: repo.id, change: 'moved' })
  return moved
}
