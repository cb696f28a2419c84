/**
 * First path segments that are pages or routes and therefore no account's (and no alias's) name, in lower case. Users and
 * organisations share one namespace with them.
 */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  '-', '.well-known', 'about', 'api', 'assets', 'auth', 'billing', 'blog', 'buckets', 'chat', 'collections', 'datasets',
  'datasets-server', 'discussions', 'docs', 'enterprise', 'explore', 'favicon.ico', 'front', 'healthz', 'help', 'hf-inference', 'inference',
  'jobs', 'join', 'kernels', 'likes', 'login', 'logout', 'metrics', 'models', 'new', 'new-dataset', 'new-space', 'notifications',
  'oauth', 'organizations', 'papers', 'pipeline', 'pricing', 'readyz', 'robots.txt', 'search', 'settings', 'signup', 'sitemap.xml',
  'croissant', 'filter', 'first-rows', 'info', 'is-valid', 'opt-in-out-urls', 'parquet', 'rows', 'size', 'splits', 'statistics', 'uploads',
  'spaces', 'static', 'tasks', 'terms-of-service', 'trending', 'v1', 'webhooks', 'whoami',
])

const MAX_LENGTH = 96
const ALPHABET = /^[A-Za-z0-9._-]+$/

/** What is wrong with a user or organisation name, as the end of a sentence that begins with the name; undefined when nothing is. */
export function findNameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty'
  if (name.length > MAX_LENGTH) return `must not be longer than ${MAX_LENGTH} characters`
  if (!ALPHABET.test(name)) return 'may hold letters, digits, ".", "_" and "-" only'
  if (name.includes('--') || name.includes('..')) return 'must not hold "--" or ".."'
  if (/^[.-]|[.-]$/.test(name)) return 'must not begin or end with "." or "-"'
  if (name.toLowerCase().endsWith('.git')) return 'must not end with ".git"'
  return RESERVED_NAMES.has(foldName(name)) ? 'is reserved' : undefined
}

/** The form in which names are compared and are unique. Names are ASCII, so no locale matters. */
export function foldName(name: string): string {
  return name.toLowerCase()
}
