/** Words that follow a repo's id in a path of the API. A repo may not be called so: one- and two-segment ids stay apart. */
export const API_VERBS = [
  'auth-check', 'branch', 'commit', 'commits', 'compare', 'discussions', 'duplicate', 'leaderboard', 'lfs-files', 'like', 'likers',
  'parquet', 'paths-info', 'preupload', 'refs', 'revision', 'safetensors-metadata', 'scan', 'settings', 'super-squash', 'tag', 'tree',
  'treesize', 'user-access-request', 'xet-read-token', 'xet-write-token', 'ask-access', 'resource-group', 'events', 'logs', 'metrics',
  'secrets', 'variables', 'hardware', 'sleeptime', 'storage', 'volumes', 'runtime', 'restart', 'pause', 'jwt', 'hot-reload', 'croissant',
] as const

/** The same for web paths. */
export const WEB_VERBS = [
  'resolve', 'raw', 'blob', 'tree', 'blame', 'commit', 'commits', 'discussions', 'edit', 'upload', 'delete', 'settings', 'info',
  'git-upload-pack', 'git-receive-pack', 'viewer', 'community', 'activity', 'new', 'colab', 'embed', 'history', 'resolve-cache',
] as const

/** First segments that are no namespace and no alias. */
export const PAGE_NAMES = [
  '-', '.well-known', 'admin', 'api', 'assets', 'avatars', 'blog', 'buckets', 'chat', 'collections', 'datasets', 'docs', 'enterprise',
  'explore', 'favicon.ico', 'filter', 'first-rows', 'front', 'healthz', 'hf-inference', 'health', 'inference', 'info', 'is-valid', 'jobs',
  'join', 'kernels', 'login', 'logout', 'metrics', 'models', 'new', 'new-dataset', 'new-space', 'notifications', 'oauth',
  'opt-in-out-urls', 'organizations', 'papers', 'parquet', 'pipeline', 'pricing', 'readyz', 'robots.txt', 'rows', 'search', 'settings',
  'size', 'spaces', 'splits', 'statistics', 'static', 'support', 'tasks', 'terms-of-service', 'uploads', 'users', 'v1', 'welcome', 'croissant',
] as const

const REPO_NAMES: ReadonlySet<string> = new Set<string>([...API_VERBS, ...WEB_VERBS])
const NAMESPACES: ReadonlySet<string> = new Set<string>([...PAGE_NAMES, ...API_VERBS, ...WEB_VERBS])
const PAGES: ReadonlySet<string> = new Set<string>(PAGE_NAMES)

/** No repo may be called so (any case). */
export function isReservedRepoName(name: string): boolean {
  return REPO_NAMES.has(name.toLowerCase())
}

/** No user, organisation or alias may be called so (any case). */
export function isReservedNamespace(name: string): boolean {
  return NAMESPACES.has(name.toLowerCase())
}

/** A first path segment that belongs to the hub itself. */
export function isPageName(segment: string): boolean {
  return PAGES.has(segment)
}
