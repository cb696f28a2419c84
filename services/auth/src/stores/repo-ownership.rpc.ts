import { HearthError } from '@hearth/errors'
import { ListReposRequest, RepoSort, RepoType, type RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceClient } from '@hearth/rpc'
import type { RepoOwnership } from '../domain/ports.ts'

const TYPES = [['model', RepoType.REPO_TYPE_MODEL], ['dataset', RepoType.REPO_TYPE_DATASET], ['space', RepoType.REPO_TYPE_SPACE]] as const
const SHOWN = 3

export interface RepoOwnershipDeps {
  /** Absent: storage is not known here, and nobody can say who owns what. */
  readonly repos: (() => ServiceClient<typeof RepoServiceService>) | undefined
  /** Auth's own actor token: private repos count too. */
  readonly serviceToken: () => Promise<string>
}

/** Asks storage. */
export function createRepoOwnership({ repos, serviceToken }: RepoOwnershipDeps): RepoOwnership {
  return {
    async findSomeRepos(namespace, signal) {
      if (repos === undefined) throw new HearthError('UNAVAILABLE', 'storage is not known to this service: nobody can say whether the account owns repositories')
      const client = repos()
      const actorToken = await serviceToken()
      const pages = await Promise.all(TYPES.map(async ([label, type]) => {
        const request = ListReposRequest.fromPartial({ type, author: namespace, sort: RepoSort.REPO_SORT_CREATED, ascending: true, page: { pageSize: SHOWN } })
        const { repos: found } = await client.listRepos(request, { actorToken, signal })
        return found.map((repo) => `${label} ${repo.namespace}/${repo.name}`)
      }))
      return pages.flat().slice(0, SHOWN)
    },
  }
}
