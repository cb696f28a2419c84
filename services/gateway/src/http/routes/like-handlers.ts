import { typeNameOf } from '@hearth/hf-api'
import { NamespaceKind, type Namespace } from '@hearth/proto/auth/v1/accounts'
import { json, type Call, type Handlers } from '../call.ts'
import type { HttpDeps } from '../deps.ts'
import { idOf, kindOf, toRepoName } from '../mappers/repo-names.ts'
import { required, requireRepo } from '../mappers/required.ts'
import { linkHeader } from '../paging.ts'
import { redirectIfRenamed } from '../renamed.ts'
import { NO_AVATAR } from './account-handlers.ts'

export function createLikeHandlers({ accounts, profiles, social }: HttpDeps): Pick<Handlers, 'like' | 'unlike' | 'likers' | 'userLikes'> {
  const findNamespaces = async (ids: string[], call: Call): Promise<ReadonlyMap<string, Namespace>> => {
    if (ids.length === 0) return new Map()
    const { namespaces } = await accounts.batchGetNamespaces({ names: [], ids }, call.rpc)
    return new Map(namespaces.map((namespace) => [namespace.id, namespace]))
  }
  return {
    async like({ params }, call) {
      const { likes } = await social.setLike({ repo: toRepoName(params.kind, params.repo), liked: true }, call.rpc)
      return json({ likes: Number(likes) })
    },
    async unlike({ params }, call) {
      const { likes } = await social.setLike({ repo: toRepoName(params.kind, params.repo), liked: false }, call.rpc)
      return json({ likes: Number(likes) })
    },
    async likers({ params, query }, call) {
      const { repo, userIds, page } = await social.listLikers({ repo: toRepoName(params.kind, params.repo), page: { pageSize: query.limit, pageToken: query.cursor } }, call.rpc)
      const away = redirectIfRenamed(call, params, repo)
      if (away !== undefined) return away
      const known = await findNamespaces(userIds, call)
      const rows = userIds.flatMap((id) => {
        const account = known.get(id)
        return account === undefined ? [] : [{ _id: id, user: account.name, fullname: account.fullName, avatarUrl: NO_AVATAR, type: 'user' as const }]
      })
      return json(rows, linkHeader(call, page))
    },
    async userLikes({ params, query }, call) {
      const { namespace } = await profiles.getProfile({ name: params.name, kind: NamespaceKind.NAMESPACE_KIND_USER }, call.rpc)
      const { likes, page } = await social.listLikes({ userId: required(namespace, 'its namespace').id, page: { pageSize: query.limit, pageToken: query.cursor } }, call.rpc)
      const rows = likes.map(({ repo, time }) => {
        const liked = requireRepo(repo)
        return { createdAt: required(time, 'its time').toISOString(), repo: { name: idOf(liked), type: typeNameOf(kindOf(liked)) } }
      })
      return json(rows, linkHeader(call, page))
    },
  }
}
