import { randomBytes } from 'node:crypto'
import { can, canCreateRepo } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { GatedMode, RepoVisibility, type GetRepoResponse, type RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceHandlers } from '@hearth/rpc'
import { namespaceIdOf } from './accounts.ts'
import { commitFiles } from './storage-content.ts'
import { createFakeMoves } from './storage-repo-moves.ts'
import { fileOf, isPrivate, toRepo, type FakeCommit, type FakeRepo, type World } from './world.ts'

export function createFakeRepos(world: World): ServiceHandlers<typeof RepoServiceService> {
  return {
    ...createFakeMoves(world),
    async createRepo({ type, namespace, name, visibility, spaceSdk, files }, { actor }) {
      const owner = namespace ?? (actor.kind === 'user' ? actor.name : '')
      const id = namespaceIdOf(owner)
      if (id === undefined) throw new HearthError('NAMESPACE_NOT_FOUND', 'Namespace not found')
      if (canCreateRepo(actor, { id }) !== 'allow') throw new HearthError('FORBIDDEN', 'You may not create repos there')
      if (world.find({ type, path: `${owner}/${name}` }) !== undefined) throw new HearthError('REPO_EXISTS', 'You already created this repo')
      const repo: FakeRepo = {
        id: randomBytes(12).toString('hex'), type, namespace: owner.toLowerCase(), name, creatorId: actor.kind === 'user' ? actor.id : '', spaceSdk,
        visibility: visibility === RepoVisibility.REPO_VISIBILITY_UNSPECIFIED ? RepoVisibility.REPO_VISIBILITY_PUBLIC : visibility, gated: GatedMode.GATED_MODE_OPEN,
        commits: new Map(), refs: new Map(), staged: new Map(), lfsObjects: new Map(), pulls: 0,
      }
      world.repos.push(repo)
      commitFiles(repo, 'refs/heads/main', { title: 'initial commit', message: '', change: (tree) => [{ path: '.gitattributes', content: Buffer.from('*.bin filter=lfs\n') }, ...files].forEach(({ path, content }) => tree.set(path, fileOf(Buffer.from(content)))) })
      return { repo: toRepo(repo) }
    },
    async deleteRepo({ repo }, { actor }) {
      const found = world.open(repo, actor, 'administer')
      world.repos.splice(world.repos.indexOf(found), 1)
      return {}
    },
    async updateRepoSettings({ repo, visibility, gated }, { actor }) {
      const found = world.open(repo, actor, 'administer')
      if (visibility !== RepoVisibility.REPO_VISIBILITY_UNSPECIFIED) found.visibility = visibility
      if (gated !== GatedMode.GATED_MODE_UNSPECIFIED) found.gated = gated
      return { repo: toRepo(found) }
    },
    async getRepo({ repo, revision, includeSiblings, includeBlobs }, { actor }) {
      const found = world.open(repo, actor, 'see')
      return describe(found, world.commitAt(found, revision ?? 'main'), { includeSiblings, includeBlobs })
    },
    async listRepos({ type, author, search, page }, { actor }) {
      const seen = world.repos.filter((repo) => repo.type === type && can(actor, 'see', {
        namespaceId: namespaceIdOf(repo.namespace) ?? '', visibility: isPrivate(repo) ? 'private' : 'public', gated: 'open', creatorId: repo.creatorId, isGranted: false,
      }) === 'allow' && (author === undefined || repo.namespace === author.toLowerCase()) && search.every((term) => `${repo.namespace}/${repo.name}`.includes(term)))
      const from = Number(page?.pageToken ?? 0)
      const size = page?.pageSize ?? 1000
      return { repos: seen.slice(from, from + size).map(toRepo), page: { nextPageToken: from + size < seen.length ? String(from + size) : undefined } }
    },
    async upsertAlias({ type, from, to }) {
      world.aliases.set(`${type}:${from}`, to)
      return { changed: true }
    },
  } as ServiceHandlers<typeof RepoServiceService>
}

function describe(repo: FakeRepo, commit: FakeCommit, { includeSiblings, includeBlobs }: { includeSiblings: boolean; includeBlobs: boolean }): GetRepoResponse {
  const siblings = [...commit.files].map(([path, file]) => ({
    path, ...(includeBlobs ? { sizeBytes: BigInt(file.content.length), blobOid: file.oid, lfs: file.lfs } : {}),
  }))
  return {
    repo: toRepo(repo), sha: commit.oid, revisionTime: commit.time, siblings: includeSiblings ? siblings : [], siblingsTruncated: false,
    cardText: commit.files.get('README.md')?.content.toString(), configText: commit.files.get('config.json')?.content.toString(),
  }
}
