import { HearthError } from '@hearth/errors'

const MAX_SEGMENT_BYTES = 255
const MAX_PATH_BYTES = 4096

/**
 * Refuses (INVALID_PATH, naming the path) what git, or a checkout on some system, cannot hold: empty and dot segments,
 * slashes at the ends or doubled, backslash, NUL, and every spelling that a file system takes for `.git`.
 */
export function assertPath(path: string): void {
  const problem = findPathProblem(path)
  if (problem !== undefined) throw invalidPath(path, problem)
}

export function invalidPath(path: string, problem: string): HearthError {
  return new HearthError('INVALID_PATH', `Invalid path ${JSON.stringify(path)}: ${problem}`, { metadata: { path: path.slice(0, 500) } })
}

export function findPathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`
  if (path.includes('\0')) return 'it holds a NUL character'
  if (path.includes('\\')) return 'it holds a backslash'
  if (!path.isWellFormed()) return 'it is not valid Unicode'
  if (path.startsWith('/')) return 'it begins with a slash'
  if (path.endsWith('/')) return 'it ends with a slash'
  for (const segment of path.split('/')) {
    const problem = findSegmentProblem(segment)
    if (problem !== undefined) return problem
  }
  return undefined
}

function findSegmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it holds two slashes in a row'
  if (segment === '.' || segment === '..') return `the segment "${segment}" is not allowed`
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`
  if (isDotGit(segment)) return 'a segment is, or some file systems read it as, ".git"'
  return undefined
}

/** HFS+ drops these when it compares names (the list of git's own check). */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g
/** NTFS: the short name git~1, trailing dots and blanks, and alternate streams (":..."). */
const NTFS_DOT_GIT = /^(?:\.git|git~1)[ .]*(?::.*)?$/

/** git's own protection of `.git` (core.protectHFS and core.protectNTFS), always on here. */
function isDotGit(segment: string): boolean {
  const folded = segment.toLowerCase()
  return NTFS_DOT_GIT.test(folded) || NTFS_DOT_GIT.test(folded.replace(IGNORED_BY_HFS, ''))
}

/** "a/b/c" -> ["a/b", "c"]; a path without a slash has the folder "". */
export function splitPath(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

/** Every folder on the way to the paths, each once; the root is not among them. */
export function foldersAbove(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let [folder] = splitPath(path); folder !== '' && !folders.has(folder); [folder] = splitPath(folder)) folders.add(folder)
  }
  return folders
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
