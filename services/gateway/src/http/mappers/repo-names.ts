import { webPrefixOf, type RepoKind, type RepoTypeName } from '@hearth/hf-api'
import { RepoType, type Repo, type RepoName } from '@hearth/proto/storage/v1/repos'

const TYPES = { models: RepoType.REPO_TYPE_MODEL, datasets: RepoType.REPO_TYPE_DATASET, spaces: RepoType.REPO_TYPE_SPACE } as const satisfies Record<RepoKind, RepoType>

export function toRepoName(kind: RepoKind, path: string): RepoName {
  return { type: TYPES[kind], path }
}

export function toRepoType(kind: RepoKind): RepoType {
  return TYPES[kind]
}

export function kindOf(repo: Pick<Repo, 'type'>): RepoKind {
  return repo.type === RepoType.REPO_TYPE_DATASET ? 'datasets' : repo.type === RepoType.REPO_TYPE_SPACE ? 'spaces' : 'models'
}

export function kindOfType(type: RepoTypeName | null | undefined): RepoKind {
  return type === 'dataset' ? 'datasets' : type === 'space' ? 'spaces' : 'models'
}

export function idOf(repo: Repo): string {
  return `${repo.namespace}/${repo.name}`
}

/** The page of a repo: what the official client parses back into an id. */
export function repoUrl(origin: string, kind: RepoKind, id: string): string {
  return `${origin}/${webPrefixOf(kind)}${id}`
}
