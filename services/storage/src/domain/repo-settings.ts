import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { openRepo, repoNotFound } from './access.ts'
import type { StorageContext } from './ports.ts'
import { assertAliasName, splitRepoPath } from './repo-names.ts'
import type { RepoSettings } from './repo-store-port.ts'
import { isNamed, type Repo, type RepoName, type RepoType } from './repo.ts'

/** Changing who may read bumps the repo's epoch, so that data URLs handed out before stop working. */
export async function updateRepoSettings(ctx: StorageContext, actor: Actor, command: RepoSettings & { readonly repo: RepoName }): Promise<Repo> {
  const repo = await openRepo(ctx.repos, actor, command.repo, 'administer')
  const updated = await ctx.repos.updateSettings(repo.id, command)
  if (updated === undefined) throw repoNotFound()
  ctx.observe.repoChanged({ repoId: repo.id, change: 'updated' })
  return updated
}

/** By its present name only, so that a script that cleans up an old name cannot reach what was moved away. Rows go at once; bytes that nobody names any more are left to garbage collection. */
export async function deleteRepo(ctx: StorageContext, actor: Actor, name: RepoName): Promise<void> {
  const repo = await openRepo(ctx.repos, actor, name, 'administer')
  if (!isNamed(repo, name)) throw repoNotFound()
  await ctx.repos.deleteRepo(repo.id)
  ctx.observe.repoChanged({ repoId: repo.id, change: 'deleted' })
}

/** One-segment names of the old Hub, such as gpt2. The target need not exist yet. */
export async function upsertAlias(ctx: StorageContext, actor: Actor, alias: { readonly type: RepoType; readonly from: string; readonly to: string }): Promise<boolean> {
  if (actor.kind !== 'service') throw new HearthError('FORBIDDEN', 'Only the hub itself sets aliases.')
  assertAliasName(alias.from)
  splitRepoPath(alias.to)
  return ctx.repos.upsertAlias(alias)
}
