import type { RepoResource } from '@hearth/authz'
import type { GitOid, ObjectId } from '@hearth/ids'

export const REPO_TYPES = ['model', 'dataset', 'space'] as const
export type RepoType = (typeof REPO_TYPES)[number]

export const SPACE_SDKS = ['gradio', 'streamlit', 'docker', 'static'] as const
export type SpaceSdk = (typeof SPACE_SDKS)[number]

/** One row of `repos`. */
export interface Repo {
  readonly id: ObjectId
  readonly type: RepoType
  /** Canonical spelling, as `name`. */
  readonly namespace: string
  readonly name: string
  readonly namespaceId: string
  readonly creatorId: string
  readonly visibility: 'public' | 'private'
  readonly gated: 'open' | 'auto' | 'manual'
  readonly isDisabled: boolean
  readonly headOid: GitOid
  readonly spaceSdk: SpaceSdk | undefined
  readonly epoch: number
  readonly downloads: number
  readonly downloadsAllTime: number
  readonly likes: number
  readonly trendingScore: number
  readonly usedStorageBytes: number
  readonly createdAt: Date
  readonly lastModifiedAt: Date
}

/** How a caller names a repo: any case; "namespace/name", an old name, or an alias of one segment. */
export interface RepoName {
  readonly type: RepoType
  readonly path: string
}

export function repoPath(repo: Pick<Repo, 'namespace' | 'name'>): string {
  return `${repo.namespace}/${repo.name}`
}

/** The form in which names are compared and unique. */
export function foldRepoPath(path: string): string {
  return path.toLowerCase()
}

/** The name is the repo's present one, in whatever case: no alias and no former name. */
export function isNamed(repo: Pick<Repo, 'namespace' | 'name'>, name: RepoName): boolean {
  return foldRepoPath(repoPath(repo)) === foldRepoPath(name.path)
}

/** `isGranted`: the actor's own request of this repo is accepted. */
export function asResource(repo: Repo, isGranted: boolean): RepoResource {
  return { id: repo.id, namespaceId: repo.namespaceId, visibility: repo.visibility, gated: repo.gated, creatorId: repo.creatorId, isGranted }
}
