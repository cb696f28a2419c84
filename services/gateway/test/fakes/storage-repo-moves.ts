import { randomBytes } from 'node:crypto'
import { canCreateRepo, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { RepoType, RepoVisibility, type RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceHandlers } from '@hearth/rpc'
import { namespaceIdOf } from './accounts.ts'
import { toRepo, type FakeRepo, type World } from './world.ts'

type Moves = Pick<ServiceHandlers<typeof RepoServiceService>, 'moveRepo' | 'duplicateRepo' | 'countRepos' | 'listOwnedRepos'>

export function createFakeMoves(world: World): Moves {
  const openTarget = (actor: Actor, repo: FakeRepo, to: string): { namespace: string; name: string } => {
    const [namespace = '', name = ''] = to.split('/')
    if (canCreateRepo(actor, { id: namespaceIdOf(namespace) ?? '' }) !== 'allow') throw new HearthError('FORBIDDEN', 'You may not create repos there')
    if (world.find({ type: repo.type, path: to }) !== undefined) throw new HearthError('REPO_EXISTS', 'A model repository called x already exists', { metadata: { repo: to } })
    return { namespace, name }
  }
  return {
    async moveRepo({ from, to }, { actor }) {
      const repo = world.open(from, actor, 'administer')
      const target = openTarget(actor, repo, to)
      world.aliases.set(`${repo.type}:${repo.namespace}/${repo.name}`, to)
      Object.assign(repo, target)
      return { repo: toRepo(repo) }
    },
    async duplicateRepo({ source, to, visibility }, { actor }) {
      const repo = world.open(source, actor, 'readContent')
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'You must log in')
      const target = openTarget(actor, repo, to ?? `${actor.name}/${repo.name}`)
      const copy = { ...repo, ...target, id: randomBytes(12).toString('hex'), visibility: visibility === RepoVisibility.REPO_VISIBILITY_UNSPECIFIED ? repo.visibility : visibility, refs: new Map(repo.refs) }
      world.repos.push(copy)
      return { repo: toRepo(copy) }
    },
    async countRepos({ namespace }) {
      const count = (type: RepoType): bigint => BigInt(world.repos.filter((repo) => repo.type === type && repo.namespace === namespace.toLowerCase()).length)
      return { models: count(RepoType.REPO_TYPE_MODEL), datasets: count(RepoType.REPO_TYPE_DATASET), spaces: count(RepoType.REPO_TYPE_SPACE) }
    },
    async listOwnedRepos({ namespace, page }, { actor }) {
      if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'You must log in')
      const id = namespaceIdOf(namespace ?? actor.name)
      if (!actor.isAdmin && actor.id !== id && !actor.orgs.some((org) => org.id === id)) throw new HearthError('FORBIDDEN', 'You are not a member')
      const owned = world.repos.filter((repo) => namespaceIdOf(repo.namespace) === id)
      const [from, size] = [Number(page?.pageToken ?? 0), page?.pageSize ?? 100]
      return { repos: owned.slice(from, from + size).map(toRepo), page: { nextPageToken: from + size < owned.length ? String(from + size) : undefined }, totalStorageBytes: BigInt(owned.length * 10) }
    },
  }
}
