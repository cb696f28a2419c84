import type { Actor } from '@hearth/authz'
import { openRepo, repoNotFound } from './access.ts'
import { openNamespace } from './open-namespace.ts'
import type { CallerCredentials, StorageContext } from './ports.ts'
import { assertRepoName, splitRepoPath } from './repo-names.ts'
import type { Repo, RepoName } from './repo.ts'

export interface DuplicateRepoCommand {
  readonly source: RepoName
  /** "namespace/name"; absent: the source's name, in the actor's own namespace. */
  readonly to: string | undefined
  readonly visibility: 'public' | 'private' | undefined
}

/** What is written goes into the log, too. */
const WRITE_FACTOR = 2

/**
 * A new repo with the branches and tags of one that the actor may read, history included. No byte is copied: large objects are
 * shared. A gate stays closed in the copy until its owner opens it. Throws REPO_EXISTS, and what `openNamespace` throws.
 */
export async function duplicateRepo(ctx: StorageContext, actor: Actor, command: DuplicateRepoCommand, caller: CallerCredentials): Promise<Repo> {
  const source = await openRepo(ctx.repos, actor, command.source, 'readContent')
  const target = command.to === undefined ? { namespace: undefined, name: source.name } : splitRepoPath(command.to)
  const namespace = await openNamespace(ctx, actor, target.namespace, caller)
  assertRepoName(target.name)
  await ctx.space.assertRoom((await ctx.repos.measureRows(source.id)) * WRITE_FACTOR)
  const copy = await ctx.repos.duplicateRepo(source.id, {
    id: ctx.newId(), type: source.type, namespace: namespace.name, name: target.name, namespaceId: namespace.id,
    creatorId: actor.kind === 'user' ? actor.id : namespace.id, visibility: command.visibility ?? source.visibility,
    spaceSdk: source.spaceSdk, createdAt: ctx.clock.now(),
  })
  if (copy === undefined) throw repoNotFound()
  ctx.observe.repoChanged({ repoId: copy.id, change: 'created' })
  return copy
}
