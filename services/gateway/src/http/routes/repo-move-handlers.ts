import { HearthError, isHearthError } from '@hearth/errors'
import { RepoVisibility, type ListOwnedReposResponse, type Repo } from '@hearth/proto/storage/v1/repos'
import { typeNameOf } from '@hearth/hf-api'
import { json, type Answer, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { visibilityOf } from '../mappers/repo-body.ts'
import { idOf, kindOf, kindOfType, repoUrl, toRepoName } from '../mappers/repo-names.ts'
import { requireRepo } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'

/** All rows of a repo are copied. */
const DUPLICATE_TIMEOUT_MS = 600_000
const STORAGE_PAGE = 100

type MoveHandlers = Pick<Handlers, 'moveRepo' | 'duplicateRepo' | 'ownRepos' | 'organizationRepos'>

export function createRepoMoveHandlers({ repos }: HttpDeps): MoveHandlers {
  const listOwned = async (namespace: string | undefined, query: { readonly limit?: number | undefined; readonly cursor?: string | undefined }, call: Call): Promise<Answer<StorageRow[]>> => {
    const answer = await repos.listOwnedRepos({ namespace, page: { pageSize: query.limit ?? STORAGE_PAGE, pageToken: query.cursor } }, call.rpc)
    return json(toStorageRows(answer), linkHeader(call, answer.page))
  }
  return {
    async moveRepo({ body }, call) {
      const kind = kindOfType(body.type)
      const { repo } = await repos.moveRepo({ from: toRepoName(kind, body.fromRepo), to: body.toRepo }, call.rpc)
      return json({ url: repoUrl(call.origin, kind, idOf(requireRepo(repo))) })
    },
    async duplicateRepo({ params, body }, call) {
      const { kind } = params
      try {
        const request = { source: toRepoName(kind, params.repo), to: body.repository ?? undefined, visibility: visibilityOf(body) }
        const made = requireRepo((await repos.duplicateRepo(request, { ...call.rpc, timeoutMs: DUPLICATE_TIMEOUT_MS })).repo)
        return json({ url: repoUrl(call.origin, kind, idOf(made)), id: made.id, filesCopyPending: false as const })
      } catch (error) {
        const id = isHearthError(error, 'REPO_EXISTS') ? error.metadata['repo'] : undefined
        if (id === undefined || !isHearthError(error)) throw error
        throw new HearthError('REPO_EXISTS', error.message, { cause: error, metadata: { ...error.metadata, url: repoUrl(call.origin, kind, id) } })
      }
    },
    ownRepos: ({ query }, call) => listOwned(undefined, query, call),
    organizationRepos: ({ params, query }, call) => listOwned(params.name, query, call),
  }
}

interface StorageRow {
  readonly id: string
  readonly type: 'model' | 'dataset' | 'space'
  readonly updatedAt: string
  readonly visibility: 'public' | 'private'
  readonly storage: number
  readonly storagePercent: number
}

function toStorageRows({ repos, totalStorageBytes }: ListOwnedReposResponse): StorageRow[] {
  const total = Number(totalStorageBytes)
  return repos.map((repo) => toStorageRow(repo, total))
}

function toStorageRow(repo: Repo, totalBytes: number): StorageRow {
  const storage = Number(repo.usedStorageBytes)
  return {
    id: idOf(repo), type: typeNameOf(kindOf(repo)), updatedAt: (repo.lastModifiedTime ?? repo.createTime ?? new Date(0)).toISOString(),
    visibility: repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE ? 'private' : 'public', storage,
    storagePercent: totalBytes === 0 ? 0 : Math.round((storage / totalBytes) * 10_000) / 100,
  }
}
