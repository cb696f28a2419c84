/** The three kinds of repositories as they stand in API paths (`/api/models/...`). */
export const REPO_KINDS = ['models', 'datasets', 'spaces'] as const
export type RepoKind = (typeof REPO_KINDS)[number]

/** As they stand in JSON bodies (`"type": "model"`). */
export type RepoTypeName = 'model' | 'dataset' | 'space'

const TYPE_NAMES = { models: 'model', datasets: 'dataset', spaces: 'space' } as const satisfies Record<RepoKind, RepoTypeName>

export function typeNameOf(kind: RepoKind): RepoTypeName {
  return TYPE_NAMES[kind]
}

export function kindOf(type: RepoTypeName): RepoKind {
  return `${type}s`
}

/** What stands before the id in web paths: nothing for models, `datasets/`, `spaces/`. */
export function webPrefixOf(kind: RepoKind): string {
  return kind === 'models' ? '' : `${kind}/`
}
