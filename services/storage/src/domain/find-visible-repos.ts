import { can, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import type { RepoStore } from './repo-store-port.ts'
import { asResource, type Repo } from './repo.ts'

const MAX_IDS = 200

/** Those of the repos that are there and that the actor may see, in no order. */
export async function findVisibleRepos(repos: Pick<RepoStore, 'findReposByIds'>, actor: Actor, ids: readonly string[]): Promise<readonly Repo[]> {
  if (ids.length === 0 || ids.length > MAX_IDS) throw new HearthError('INVALID_ARGUMENT', `1 to ${MAX_IDS} ids, please`)
  const found = await repos.findReposByIds(ids.filter(isObjectId))
  return found.filter((repo) => can(actor, 'see', asResource(repo, false)) === 'allow')
}
