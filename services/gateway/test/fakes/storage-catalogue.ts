import type { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import type { ServiceHandlers } from '@hearth/rpc'
import type { World } from './world.ts'

export function createFakeCatalogue(world: World): ServiceHandlers<typeof CatalogueServiceService> {
  return {
    async countDownloads({ downloads }) {
      world.downloads.push(...downloads.map(({ repoId, callerKey }) => `${repoId} ${callerKey}`))
      return { counted: downloads.length }
    },
    listTags: async () => ({ tags: [{ tag: 'fill-mask', group: 'pipeline_tag', repoCount: 2n }, { tag: 'no', group: 'language', repoCount: 1n }, { tag: 'license:mit', group: 'license', repoCount: 1n }] }),
  }
}
