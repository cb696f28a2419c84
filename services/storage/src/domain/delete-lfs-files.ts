import type { Actor } from '@hearth/authz'
import type { GitOid, Sha256 } from '@hearth/ids'
import { openRepo } from './access.ts'
import { assertCount } from './lfs-files.ts'
import type { StorageContext } from './ports.ts'
import type { RepoName } from './repo.ts'
import { rewriteHistory } from './rewrite-history.ts'

export interface DeleteLfsFilesCommand {
  readonly repo: RepoName
  readonly sha256s: readonly Sha256[]
  readonly rewriteHistory: boolean
}

/**
 * The repo gives up large objects for good; unknown ones are passed over. With `rewriteHistory` every commit that names one is
 * replaced by one without it, on all refs; without it their pointers stay, as the plain text that they are.
 */
export async function deleteLfsFiles(ctx: StorageContext, actor: Actor, command: DeleteLfsFilesCommand, signal: AbortSignal): Promise<number> {
  assertCount(command.sha256s)
  const repo = await openRepo(ctx.repos, actor, command.repo, 'administer')
  const deleted = await ctx.git.transact(repo.id, async (tx) => {
    const pointers = command.rewriteHistory ? await tx.findPointers(repo.id, command.sha256s) : new Set<GitOid>()
    if (pointers.size > 0) await rewriteHistory(tx, repo.id, pointers, signal)
    return tx.dropLfsObjects(command.sha256s)
  }, signal)
  ctx.observe.repoChanged({ repoId: repo.id, change: 'updated' })
  return deleted
}
