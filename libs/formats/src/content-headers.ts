const PLAIN = 'text/plain; charset=utf-8'
const OPAQUE = 'application/octet-stream'

/** Shown in place by a browser. All else a user can upload is sent as plain text or as an opaque attachment, so that it never runs on our origin. */
const INLINE: Readonly<Record<string, string>> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', bmp: 'image/bmp', ico: 'image/x-icon',
  mp3: 'audio/mpeg', wav: 'audio/wav', flac: 'audio/flac', ogg: 'audio/ogg', oga: 'audio/ogg', opus: 'audio/ogg', m4a: 'audio/mp4', aac: 'audio/aac',
  mp4: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime', ogv: 'video/ogg', json: 'application/json',
}

const TEXT = new Set(`txt md markdown html htm xhtml svg xml xsl css js mjs cjs jsx ts tsx py pyi ipynb rs go java c h cc cpp hpp cu sh bash zsh
toml yaml yml ini cfg conf env csv tsv jsonl ndjson log tex bib rst sql r lua pl rb php jinja j2 template merges vocab lock diff patch`.split(/\s+/))
const TEXT_NAMES = new Set('license licence notice readme changelog dockerfile makefile .gitattributes .gitignore .gitmodules .gitkeep .dockerignore authors citation'.split(' '))

export interface ContentHeaders {
  readonly contentType: string
  readonly disposition: string
}

/** How a browser is told to treat a file of a repo, by its name alone; `isText` when its bytes are known to be plain text whatever it is called. */
export function contentHeadersOf(path: string, { isText = false } = {}): ContentHeaders {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const contentType = isText ? PLAIN : contentTypeOf(name)
  return { contentType, disposition: formatDisposition(contentType === OPAQUE ? 'attachment' : 'inline', name) }
}

function contentTypeOf(name: string): string {
  const folded = name.toLowerCase()
  const extension = folded.slice(folded.lastIndexOf('.') + 1)
  if (TEXT_NAMES.has(folded) || (folded.includes('.') && TEXT.has(extension))) return PLAIN
  return folded.includes('.') && Object.hasOwn(INLINE, extension) ? (INLINE[extension] ?? OPAQUE) : OPAQUE
}

/** An ASCII name first, for old tools, then RFC 8187's. No semicolon at the end: some tools then drop the whole header. */
function formatDisposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = Array.from(name, (char) => (/^[\x20-\x7e]$/.test(char) && !/["\\%]/.test(char) ? char : '_')).join('')
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeExtended(name.toWellFormed())}`
}

function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
