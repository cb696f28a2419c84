import type { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceHandlers } from '@hearth/rpc'
import { createRepo } from '../domain/create-repo.ts'
import { duplicateRepo } from '../domain/duplicate-repo.ts'
import { findVisibleRepos } from '../domain/find-visible-repos.ts'
import { getRepo } from '../domain/get-repo.ts'
import { listRepos } from '../domain/list-repos.ts'
import { moveRepo } from '../domain/move-repo.ts'
import type { ContentContext } from '../domain/ports.ts'
import { countRepos, listOwnedRepos } from '../domain/repo-census.ts'
import { deleteRepo, updateRepoSettings, upsertAlias } from '../domain/repo-settings.ts'
import { parseDetails } from './facts-mapper.ts'
import { parseGated, parseListQuery, parseRepoName, parseRepoType, parseSpaceSdk, parseVisibility, toListedPage, toPackedPage, toRepoMessage, toRepoView } from './repo-mapper.ts'

export function createRepoHandlers(storage: ContentContext): ServiceHandlers<typeof RepoServiceService> {
  return {
    async createRepo(request, ctx) {
      const { namespace, name } = request
      const command = {
        type: parseRepoType(request.type), namespace, name, visibility: parseVisibility(request.visibility), spaceSdk: parseSpaceSdk(request.spaceSdk),
        files: request.files.map(({ path, content }) => ({ path, content: Buffer.from(content) })), license: request.license,
      }
      return { repo: toRepoMessage(await createRepo(storage, ctx.actor, command, ctx)) }
    },
    async deleteRepo(request, ctx) {
      await deleteRepo(storage, ctx.actor, parseRepoName(request.repo))
      return {}
    },
    async updateRepoSettings(request, ctx) {
      const command = { repo: parseRepoName(request.repo), visibility: parseVisibility(request.visibility), gated: parseGated(request.gated) }
      return { repo: toRepoMessage(await updateRepoSettings(storage, ctx.actor, command)) }
    },
    async getRepo(request, ctx) {
      const { revision, includeSiblings, includeBlobs, includeCardText, details } = request
      const query = {
        repo: parseRepoName(request.repo), revision, includeSiblings, includeBlobs, includeCardText, details: parseDetails(details),
        includeLinkedSpaces: details?.linkedSpaces ?? false, includeChildModels: details?.childModels ?? false,
      }
      return toRepoView(await getRepo(storage, ctx.actor, query), storage.clock.now())
    },
    async batchGetRepos({ ids }, ctx) {
      return { repos: (await findVisibleRepos(storage.repos, ctx.actor, ids)).map(toRepoMessage) }
    },
    async listRepos(request, ctx) {
      const page = await listRepos(storage, ctx.actor, parseListQuery(request))
      return request.packed ? toPackedPage(page, storage.clock.now()) : toListedPage(page, storage.clock.now())
    },
    async moveRepo(request, ctx) {
      return { repo: toRepoMessage(await moveRepo(storage, ctx.actor, { from: parseRepoName(request.from), to: request.to }, ctx)) }
    },
    async duplicateRepo(request, ctx) {
      const command = { source: parseRepoName(request.source), to: request.to, visibility: parseVisibility(request.visibility) }
      return { repo: toRepoMessage(await duplicateRepo(storage, ctx.actor, command, ctx)) }
    },
    async countRepos(request, ctx) {
      const { models, datasets, spaces } = await countRepos(storage, ctx.actor, request.namespace)
      return { models: BigInt(models), datasets: BigInt(datasets), spaces: BigInt(spaces) }
    },
    async listOwnedRepos({ namespace, page }, ctx) {
      const { repos, nextPageToken, totalBytes } = await listOwnedRepos(storage, ctx.actor, { namespace, pageSize: page?.pageSize, pageToken: page?.pageToken }, ctx)
      return { repos: repos.map(toRepoMessage), page: { nextPageToken }, totalStorageBytes: BigInt(totalBytes) }
    },
    async upsertAlias(request, ctx) {
      const { from, to } = request
      return { changed: await upsertAlias(storage, ctx.actor, { type: parseRepoType(request.type), from, to }) }
    },
  }
}
