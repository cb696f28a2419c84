import { randomBytes } from 'node:crypto'
import { can, canCreateRepo } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { createFileFacts, deriveRepoFacts, parseCard, parseModelConfig, summariseModelConfig } from '@hearth/formats'
import { GatedMode, RepoRow, RepoType, RepoVisibility, type GetRepoRequest, type GetRepoResponse, type RepoDetails, type RepoFacts, type RepoServiceService } from '@hearth/proto/storage/v1/repos'
import type { ServiceHandlers } from '@hearth/rpc'
import { namespaceIdOf } from './accounts.ts'
import { commitFiles } from './storage-content.ts'
import { createFakeMoves } from './storage-repo-moves.ts'
import { fileOf, gitOid, resourceOf, toRepo, type FakeCommit, type FakeRepo, type World } from './world.ts'

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
    async getRepo({ repo, revision, ...wanted }, { actor }) {
      const found = world.open(repo, actor, 'see')
      return describe(found, world.commitAt(found, revision ?? 'main'), wanted)
    },
    async batchGetRepos({ ids }, { actor }) {
      return { repos: world.repos.filter((repo) => ids.includes(repo.id) && can(actor, 'see', resourceOf(repo)) === 'allow').map(toRepo) }
    },
    async listRepos({ type, author, search, tags, pipelineTag, details, page, packed }, { actor }) {
      const seen = world.repos.filter((repo) => repo.type === type && can(actor, 'see', resourceOf(repo)) === 'allow' && (author === undefined || repo.namespace === author.toLowerCase()) && search.every((term) => `${repo.namespace}/${repo.name}`.includes(term)))
        .map((repo) => ({ repo: toRepo(repo), facts: factsOf(repo, world.commitAt(repo, 'main'), details) }))
        .filter(({ facts }) => tags.every((tag) => facts.tags.includes(tag)) && (pipelineTag === undefined || facts.pipelineTag === pipelineTag))
      const from = Number(page?.pageToken ?? 0)
      const size = page?.pageSize ?? 1000
      const shown = seen.slice(from, from + size)
      const nextPage = { nextPageToken: from + size < seen.length ? String(from + size) : undefined }
      if (!packed) return { repos: shown.map(({ repo }) => repo), facts: shown.map(({ facts }) => facts), page: nextPage, packed: undefined }
      const rows = shown.map(({ repo, facts }) => Buffer.from(RepoRow.encode({ repo, facts }).finish()))
      return { repos: [], facts: [], page: nextPage, packed: { versions: rows.map((row) => gitOid('row', row)).join(), rows, trendingScores: rows.map(() => 7) } }
    },
    async upsertAlias({ type, from, to }) {
      world.aliases.set(`${type}:${from}`, to)
      return { changed: true }
    },
  } as ServiceHandlers<typeof RepoServiceService>
}

type View = Pick<GetRepoRequest, 'includeSiblings' | 'includeBlobs' | 'includeCardText' | 'details'>

function describe(repo: FakeRepo, commit: FakeCommit, { includeSiblings, includeBlobs, includeCardText, details }: View): GetRepoResponse {
  const siblings = [...commit.files].map(([path, file]) => ({
    path, ...(includeBlobs ? { sizeBytes: BigInt(file.content.length), blobOid: file.oid, lfs: file.lfs } : {}),
  }))
  return {
    repo: toRepo(repo), sha: commit.oid, revisionTime: commit.time, siblings: includeSiblings ? siblings : [], siblingsTruncated: false,
    cardText: includeCardText ? commit.files.get('README.md')?.content.toString() : undefined, facts: factsOf(repo, commit, details),
  }
}

const KINDS = { [RepoType.REPO_TYPE_MODEL]: 'models', [RepoType.REPO_TYPE_DATASET]: 'datasets', [RepoType.REPO_TYPE_SPACE]: 'spaces' } as const

function factsOf(repo: FakeRepo, commit: FakeCommit, wanted: RepoDetails | undefined): RepoFacts {
  const details = wanted ?? { card: false, config: false, extras: false, weights: false, siblings: false, linkedSpaces: false, childModels: false }
  const read = (path: string): string => commit.files.get(path)?.content.toString() ?? ''
  const card = parseCard(read('README.md'))
  const data = card.kind === 'read' ? card.data : {}
  const config = parseModelConfig(read('config.json'))
  const files = createFileFacts()
  for (const path of commit.files.keys()) files.add(path)
  const facts = deriveRepoFacts({ kind: KINDS[repo.type as 1 | 2 | 3], card: data, config, tokenizerConfig: undefined, files: files.finish() })
  const when = <T>(isWanted: boolean, value: T): T | undefined => (isWanted ? value : undefined)
  return {
    tags: [...facts.tags], pipelineTag: facts.pipelineTag, libraryName: facts.libraryName, trendingScore: 7n, cardJson: when(details.card, JSON.stringify(data)),
    configJson: when(details.config && config !== undefined, JSON.stringify(summariseModelConfig(config ?? {}))), maskToken: when(details.extras, facts.maskToken),
    transformersJson: when(details.extras, JSON.stringify(facts.transformersInfo)), description: undefined, citation: undefined, weights: when(details.weights, repo.weights),
    siblings: when(details.siblings, [...commit.files.keys()])?.map((path) => ({ path, sizeBytes: undefined, blobOid: undefined, lfs: undefined })) ?? [], siblingsTruncated: false,
    linkedSpaceIds: when(details.linkedSpaces, ['team/app']) ?? [], childModelCount: 2n, hasAppFile: commit.files.has('app.py'),
  }
}
