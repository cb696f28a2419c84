import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'
import type { CatalogueServiceService, Download as DownloadMessage } from '@hearth/proto/storage/v1/catalogue'
import type { ServiceHandlers } from '@hearth/rpc'
import type { Download, DownloadCounter } from '../domain/catalogue/download-counter.ts'
import type { TagLists } from '../domain/catalogue/list-tags.ts'
import { parseRepoType } from './repo-mapper.ts'

export interface CatalogueDeps {
  readonly downloads: DownloadCounter
  readonly tags: TagLists
}

const MAX_DOWNLOADS = 2000

export function createCatalogueHandlers({ downloads, tags }: CatalogueDeps): ServiceHandlers<typeof CatalogueServiceService> {
  return {
    async countDownloads(request, ctx) {
      if (ctx.actor.kind !== 'service') throw new HearthError('FORBIDDEN', 'Only the hub itself counts downloads.')
      if (request.downloads.length > MAX_DOWNLOADS) throw new HearthError('TOO_LARGE', `At most ${MAX_DOWNLOADS} downloads are taken at once`)
      return { counted: downloads.count(request.downloads.map(parseDownload)) }
    },
    async listTags(request) {
      return { tags: (await tags.listTags(parseRepoType(request.type))).map(({ tag, group, repoCount }) => ({ tag, group, repoCount: BigInt(repoCount) })) }
    },
  }
}

function parseDownload({ repoId, callerKey }: DownloadMessage): Download {
  if (!isObjectId(repoId) || callerKey === '' || callerKey.length > 128) throw new HearthError('INVALID_ARGUMENT', 'a download needs the id of a repo and the key of a caller')
  return { repoId, callerKey }
}
