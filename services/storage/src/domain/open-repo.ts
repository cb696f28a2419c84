import type { Actor, RepoAction } from '@hearth/authz'
import type { GitOid, ObjectId } from '@hearth/ids'
import { openRepo } from './access.ts'
import { openForUpload } from './plan-upload.ts'
import type { ContentContext, StorageContext } from './ports.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'

/** The question of the other services: may this actor, and what is there. */
export async function openRepoAt(
  ctx: StorageContext, actor: Actor, query: { readonly repo: RepoName; readonly revision: string | undefined; readonly action: RepoAction },
): Promise<{ readonly repo: Repo; readonly sha: GitOid | undefined }> {
  const repo = await openRepo(ctx.repos, actor, query.repo, query.action)
  const sha = query.revision === undefined ? undefined : await resolveRevision(ctx.git, repo, query.revision)
  return { repo, sha }
}

const STAGING_SECONDS = 24 * 3600

/** A path for one POST that takes the inline files of a coming commit. */
export async function openStaging(
  ctx: ContentContext, actor: Actor, query: { readonly repo: RepoName; readonly revision: string; readonly createPullRequest: boolean },
): Promise<{ readonly repoId: ObjectId; readonly stagingPath: string }> {
  const repo = await openForUpload(ctx, actor, query)
  return { repoId: repo.id, stagingPath: ctx.signedPaths.sign({ kind: 'stage', repoId: repo.id, epoch: repo.epoch }, STAGING_SECONDS) }
}
