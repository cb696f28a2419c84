import { HearthError } from '@hearth/errors'

const MAX_NAME_CHARS = 96
const SHAPE = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/

/** Words that follow a repo id in some route. A repo of that name could not be told from a one-segment id and the route. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(`tree resolve raw blob blame refs commits commit compare branch tag revision settings preupload
paths-info treesize discussions discussion like likers auth-check xet-read-token xet-write-token lfs-files super-squash duplicate info
user-access-request user-access-report ask-access resource-group notebook scan parquet viewer sql edit upload new delete move history
logs runtime secrets variables hardware sleeptime pause restart dev-mode storage volumes events metrics community files activity
info.git git-upload-pack git-receive-pack safetensors-metadata jwt leaderboard croissant create`.split(/\s+/))

/** Throws INVALID_ARGUMENT, saying what is wrong with the name of a new repo. */
export function assertRepoName(name: string): void {
  if (name.length === 0 || name.length > MAX_NAME_CHARS) throw invalidName(name, `it must have 1 to ${MAX_NAME_CHARS} characters`)
  if (!SHAPE.test(name)) throw invalidName(name, 'letters, digits, "-", "_" and "." are allowed, "-" and "." not at the ends')
  if (name.includes('--') || name.includes('..')) throw invalidName(name, '"--" and ".." are not allowed')
  if (/\.(?:git|ipynb)$/i.test(name)) throw invalidName(name, 'it must not end in ".git" or ".ipynb"')
  if (RESERVED_NAMES.has(name.toLowerCase())) throw invalidName(name, 'it is reserved')
}

function invalidName(name: string, why: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `Invalid repository name ${JSON.stringify(name.slice(0, 200))}: ${why}`)
}

/** Throws INVALID_ARGUMENT for an alias that is not one segment of a possible repo name. */
export function assertAliasName(from: string): void {
  if (from.length > MAX_NAME_CHARS || !SHAPE.test(from)) throw invalidName(from, 'an alias is one segment such as "gpt2"')
}

/** Throws INVALID_ARGUMENT unless it reads "namespace/name". */
export function splitRepoPath(path: string): { readonly namespace: string; readonly name: string } {
  const [namespace, name, ...more] = path.split('/')
  if (namespace === undefined || name === undefined || more.length > 0 || !isSegment(namespace) || !isSegment(name)) throw invalidName(path, 'expected "namespace/name"')
  return { namespace, name }
}

function isSegment(text: string): boolean {
  return text.length <= MAX_NAME_CHARS && SHAPE.test(text)
}
