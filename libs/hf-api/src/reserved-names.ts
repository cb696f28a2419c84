import { RESERVED_NAMES } from '@hearth/ids'

/** Words that follow a repo's id in a path of the API. A repo may not be called so: one- and two-segment ids stay apart. */
export const API_VERBS = [
  'auth-check', 'branch', 'commit', 'commits', 'compare', 'discussions', 'duplicate', 'leaderboard', 'lfs-files', 'like', 'likers',
  'parquet', 'paths-info', 'preupload', 'refs', 'revision', 'safetensors-metadata', 'scan', 'settings', 'super-squash', 'tag', 'tree',
  'treesize', 'user-access-request', 'xet-read-token', 'xet-write-token', 'ask-access', 'resource-group', 'events', 'logs', 'metrics',
  'secrets', 'variables', 'hardware', 'sleeptime', 'storage', 'volumes', 'runtime', 'restart', 'pause', 'jwt', 'croissant', 'dev-mode', 'sql', 'user-access-report', 'notebook',
] as const

/** The same for web paths. */
export const WEB_VERBS = [
  'resolve', 'raw', 'blob', 'tree', 'blame', 'commit', 'commits', 'discussions', 'edit', 'upload', 'delete', 'settings', 'info',
  'git-upload-pack', 'git-receive-pack', 'viewer', 'community', 'activity', 'new', 'history', 'files', 'move', 'ask-access',
] as const

const REPO_NAMES: ReadonlySet<string> = new Set<string>([...API_VERBS, ...WEB_VERBS])

/** No repo may be called so (any case). */
export function isReservedRepoName(name: string): boolean {
  return REPO_NAMES.has(name.toLowerCase())
}

/** A first path segment that belongs to the hub itself: no account and no alias is called so. */
export function isPageName(segment: string): boolean {
  return RESERVED_NAMES.has(segment.toLowerCase())
}
