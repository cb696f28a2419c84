import { HearthError } from '@hearth/errors'
import type { SocialServiceService } from '@hearth/proto/storage/v1/social'
import type { ServiceHandlers } from '@hearth/rpc'
import { toRepo, type World } from './world.ts'

export function createFakeSocial(world: World): ServiceHandlers<typeof SocialServiceService> {
  const likes = new Set<string>()
  const likersOf = (repoId: string): string[] => [...likes].filter((like) => like.startsWith(repoId)).map((like) => like.slice(repoId.length))
  return {
    async setLike({ repo, liked }, { actor }) {
      const found = world.open(repo, actor, 'see')
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'You must log in')
      if (actor.token.role !== 'write') throw new HearthError('FORBIDDEN', 'The token has no "write" right')
      if (liked) likes.add(found.id + actor.id)
      else likes.delete(found.id + actor.id)
      return { likes: BigInt(likersOf(found.id).length) }
    },
    async listLikers({ repo }, { actor }) {
      const found = world.open(repo, actor, 'see')
      return { userIds: likersOf(found.id), page: undefined, repo: toRepo(found) }
    },
    async listLikes({ userId }) {
      const liked = world.repos.filter((repo) => likes.has(repo.id + userId))
      return { likes: liked.map((repo) => ({ repo: toRepo(repo), time: new Date('2026-01-02T03:04:05.006Z') })), page: undefined, totalCount: BigInt(liked.length) }
    },
  }
}
