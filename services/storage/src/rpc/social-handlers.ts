import type { SocialServiceService } from '@hearth/proto/storage/v1/social'
import type { ServiceHandlers } from '@hearth/rpc'
import { listLikers, listLikes, setLike, type SocialContext } from '../domain/social/likes.ts'
import { parseRepoName, toRepoMessage } from './repo-mapper.ts'

export function createSocialHandlers(social: SocialContext): ServiceHandlers<typeof SocialServiceService> {
  return {
    async setLike(request, ctx) {
      return { likes: BigInt(await setLike(social, ctx.actor, { repo: parseRepoName(request.repo), isLiked: request.liked })) }
    },
    async listLikers({ repo: name, page }, ctx) {
      const { repo, userIds, nextPageToken } = await listLikers(social, ctx.actor, { repo: parseRepoName(name), pageSize: page?.pageSize, pageToken: page?.pageToken })
      return { repo: toRepoMessage(repo), userIds: [...userIds], page: { nextPageToken } }
    },
    async listLikes({ userId, page }, ctx) {
      const { likes, nextPageToken, totalCount } = await listLikes(social, ctx.actor, { userId, pageSize: page?.pageSize, pageToken: page?.pageToken })
      return { likes: likes.map(({ repo, time }) => ({ repo: toRepoMessage(repo), time })), page: { nextPageToken }, totalCount: BigInt(totalCount) }
    },
  }
}
