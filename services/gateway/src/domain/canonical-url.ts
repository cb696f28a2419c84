import { API_VERBS, isPageName, WEB_VERBS } from '@hearth/hf-api'

/**
 * Clients spell one resource in many ways: ids of one or two segments or as `ns%2Fname`, revisions with plain or encoded
 * slashes, file paths likewise. The canonical form has one percent-encoded segment each for id, revision and path:
 *
 *   /api/models/ana/m/tree/refs/pr/1/a/b     ->  /api/models/ana%2Fm/tree/refs%2Fpr%2F1/a%2Fb
 *   /datasets/ana%2Fd/resolve/main/a%2Fb     ->  /@datasets/ana%2Fd/resolve/main/a%2Fb
 *   /gpt2.git/info/lfs/objects/batch         ->  /@models/gpt2/info/lfs/objects/batch
 *
 * Web paths of repos begin with `/@<kind>`, so that they never meet a page of the hub. What is no repo path only loses
 * doubled and trailing slashes. An address that cannot be decoded becomes BAD_REQUEST_PATH.
 */
export function canonicaliseUrl(rawUrl: string): string {
  const url = decodeLatin1(rawUrl)
  if (url === undefined) return BAD_REQUEST_PATH
  const { path, query } = splitUrl(url)
  const segments = decodeSegments(path)
  if (segments === undefined) return BAD_REQUEST_PATH
  return `${canonicalPath(segments)}${query}`
}

export const BAD_REQUEST_PATH = '/@bad-request'
export const XORB_GRANTS_PATH = '/v1/xorb-grants'

const KINDS: ReadonlySet<string> = new Set(['models', 'datasets', 'spaces'])
const PREFIXED_KINDS: ReadonlySet<string> = new Set(['datasets', 'spaces'])
const API_VERB_SET: ReadonlySet<string> = new Set(API_VERBS)
const WEB_VERB_SET: ReadonlySet<string> = new Set(WEB_VERBS)
/** Verbs that are followed by a revision or a ref's name and nothing else. */
const NAME_VERBS: ReadonlySet<string> = new Set([
  'revision', 'paths-info', 'preupload', 'commit', 'commits', 'branch', 'tag', 'super-squash', 'xet-read-token', 'xet-write-token', 'compare', 'treesize',
])
/** Verbs that are followed by a revision and then a path. */
const PATH_VERBS: ReadonlySet<string> = new Set(['tree', 'resolve', 'raw', 'blob', 'blame', 'edit', 'upload', 'delete'])
const REF_FAMILIES: ReadonlySet<string> = new Set(['pr', 'convert', 'heads', 'tags'])

/** Node gives the bytes of the request line as Latin-1; raw UTF-8 in it is taken as such. */
function decodeLatin1(url: string): string | undefined {
  if (!/[\u0080-\uffff]/.test(url) || /[\u0100-\uffff]/.test(url)) return url
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(url, (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const relative = url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = relative.indexOf('?')
  return mark === -1 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark) }
}

/** Decoded segments without empty ones (doubled and trailing slashes); undefined when one is malformed. */
function decodeSegments(path: string): string[] | undefined {
  const raw = path.split('/').filter((segment) => segment !== '')
  const decoded: string[] = []
  for (const segment of raw) {
    const text = decodeSegment(segment)
    if (text === undefined || text.includes('\0')) return undefined
    decoded.push(text)
  }
  return decoded
}

function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function canonicalPath(segments: readonly string[]): string {
  const [first, second] = segments
  if (first === undefined) return '/'
  if (namesXorbGrants(segments)) return XORB_GRANTS_PATH
  if (first === 'api' && second === 'telemetry') return join(['api', 'telemetry', ...oneSegment(segments.slice(2))])
  if (first === 'api' && second !== undefined && KINDS.has(second) && segments.length > 2) return apiRepoPath(second, segments.slice(2))
  if (PREFIXED_KINDS.has(first) && second !== undefined) return webRepoPath(first, segments.slice(1))
  return isPageName(first) ? join(segments) : webRepoPath('models', segments)
}

/** hf_xet appends this to whatever casUrl it was given; a file of that name inside a repo is not meant. */
function namesXorbGrants(segments: readonly string[]): boolean {
  const at = segments.findIndex((segment, index) => segment === 'v1' && segments[index + 1] === 'xorb-grants')
  return at !== -1 && !segments.slice(0, at).some((segment) => PATH_VERBS.has(segment) || segment === 'api')
}

function apiRepoPath(kind: string, rest: readonly string[]): string {
  const { id, tail } = takeId(rest, API_VERB_SET)
  return join(['api', kind, id, ...canonicalTail(tail)])
}

function webRepoPath(kind: string, rest: readonly string[]): string {
  const { id, tail } = takeId(rest, WEB_VERB_SET)
  return join([`@${kind}`, id.replace(/\.git$/, ''), ...canonicalTail(tail)])
}

interface IdAndTail {
  readonly id: string
  readonly tail: readonly string[]
}

/** An id is one segment when it holds a slash itself, ends in `.git`, stands alone, or is followed by a verb. */
function takeId(segments: readonly string[], verbs: ReadonlySet<string>): IdAndTail {
  const [first = '', second] = segments
  const isOne = second === undefined || first.includes('/') || first.endsWith('.git') || verbs.has(second)
  return isOne ? { id: first, tail: segments.slice(1) } : { id: `${first}/${second}`, tail: segments.slice(2) }
}

function canonicalTail(tail: readonly string[]): readonly string[] {
  const [verb, ...rest] = tail
  if (verb === undefined) return []
  if (NAME_VERBS.has(verb)) return [verb, ...oneSegment(rest)]
  if (!PATH_VERBS.has(verb)) return tail
  const length = revisionLength(rest)
  return [verb, ...oneSegment(rest.slice(0, length)), ...oneSegment(rest.slice(length))]
}

/** `refs/pr/1` and its like span three segments when their slashes are not encoded. */
function revisionLength(rest: readonly string[]): number {
  return rest[0] === 'refs' && rest[1] !== undefined && REF_FAMILIES.has(rest[1]) && rest.length >= 3 ? 3 : 1
}

function oneSegment(parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [parts.join('/')]
}

function join(segments: readonly string[]): string {
  return `/${segments.map((segment) => encodeURIComponent(segment).replaceAll('%40', '@')).join('/')}`
}
