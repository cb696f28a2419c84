import { createHash } from 'node:crypto'
import { can, type Actor, type RepoAction } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { GatedMode, RepoVisibility, type RepoType, type LfsPointer, type Repo, type RepoName, type WeightFacts } from '@hearth/proto/storage/v1/repos'
import { namespaceIdOf } from './accounts.ts'

export interface FakeFile {
  readonly oid: string
  readonly content: Buffer
  readonly lfs: LfsPointer | undefined
}

export interface FakeCommit {
  readonly oid: string
  readonly title: string
  readonly message: string
  readonly time: Date
  readonly parent: string | undefined
  readonly files: ReadonlyMap<string, FakeFile>
}

export interface FakeRepo {
  readonly id: string
  readonly type: RepoType
  namespace: string
  name: string
  readonly creatorId: string
  visibility: RepoVisibility
  gated: GatedMode
  readonly spaceSdk: string | undefined
  readonly commits: Map<string, FakeCommit>
  readonly refs: Map<string, string>
  readonly staged: Map<string, Buffer>
  readonly lfsObjects: Map<string, Buffer>
  pulls: number
  weights?: WeightFacts
}

/** All repos of the fake storage. Permissions are libs/authz' own, so that what tests see is what storage decides. */
export class World {
  readonly repos: FakeRepo[] = []
  readonly aliases = new Map<string, string>()
  /** `<repo id> <caller key>` of each download that was reported. */
  readonly downloads: string[] = []

  find(name: RepoName | undefined): FakeRepo | undefined {
    if (name === undefined) return undefined
    const path = (this.aliases.get(`${name.type}:${name.path}`) ?? name.path).toLowerCase()
    return this.repos.find((repo) => repo.type === name.type && `${repo.namespace}/${repo.name}`.toLowerCase() === path)
  }

  open(name: RepoName | undefined, actor: Actor, action: RepoAction): FakeRepo {
    const repo = this.find(name)
    if (repo === undefined) throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
    switch (can(actor, action, resourceOf(repo))) {
      case 'allow': return repo
      case 'hidden': throw new HearthError('REPO_NOT_FOUND', 'Repository not found')
      case 'gated': throw new HearthError('GATED_REPO', 'Access to this repo is restricted: ask for access')
      case 'forbidden': throw new HearthError('FORBIDDEN', 'You need write access to this repo')
    }
  }

  /** The commit of a revision; throws REVISION_NOT_FOUND. */
  commitAt(repo: FakeRepo, revision: string): FakeCommit {
    const oid = repo.refs.get(`refs/heads/${revision}`) ?? repo.refs.get(`refs/tags/${revision}`) ?? repo.refs.get(revision) ?? revision
    const commit = repo.commits.get(oid) ?? [...repo.commits.values()].find((each) => revision.length >= 7 && each.oid.startsWith(revision))
    if (commit === undefined) throw new HearthError('REVISION_NOT_FOUND', `Invalid rev id: ${revision}`)
    return commit
  }
}

export function resourceOf(repo: FakeRepo): Parameters<typeof can>[2] {
  return {
    id: repo.id, namespaceId: namespaceIdOf(repo.namespace) ?? '', visibility: isPrivate(repo) ? 'private' : 'public',
    gated: repo.gated === GatedMode.GATED_MODE_AUTO ? 'auto' : repo.gated === GatedMode.GATED_MODE_MANUAL ? 'manual' : 'open', creatorId: repo.creatorId, isGranted: false,
  }
}

export function isPrivate(repo: FakeRepo): boolean {
  return repo.visibility === RepoVisibility.REPO_VISIBILITY_PRIVATE
}

export function gitOid(kind: string, content: Buffer): string {
  return createHash('sha1').update(`${kind} ${content.length}\0`).update(content).digest('hex')
}

export function fileOf(content: Buffer): FakeFile {
  return { oid: gitOid('blob', content), content, lfs: undefined }
}

export function pointerOf(content: Buffer): Buffer {
  return Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`)
}

export function lfsFileOf(content: Buffer): FakeFile {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const pointer = pointerOf(content)
  return { oid: gitOid('blob', pointer), content, lfs: { sha256, sizeBytes: BigInt(content.length), pointerSizeBytes: BigInt(pointer.length) } }
}

export function toRepo(repo: FakeRepo): Repo {
  return {
    id: repo.id, type: repo.type, namespace: repo.namespace, name: repo.name, namespaceId: namespaceIdOf(repo.namespace) ?? '', visibility: repo.visibility, gated: repo.gated,
    disabled: false, headSha: repo.refs.get('refs/heads/main') ?? '', createTime: new Date('2026-01-02T03:04:05.006Z'), lastModifiedTime: new Date('2026-01-02T03:04:06.007Z'),
    downloads: 3n, downloadsAllTime: 5n, likes: 1n, epoch: 1n, spaceSdk: repo.spaceSdk, usedStorageBytes: 10n,
  }
}
