/** Types that a browser may show; every other file is an attachment of bytes, and markup is shown as plain text. */
const INLINE: Readonly<Record<string, string>> = {
  avif: 'image/avif', bmp: 'image/bmp', gif: 'image/gif', ico: 'image/x-icon', jpeg: 'image/jpeg', jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp',
  aac: 'audio/aac', flac: 'audio/flac', m4a: 'audio/mp4', mp3: 'audio/mpeg', oga: 'audio/ogg', ogg: 'audio/ogg', opus: 'audio/ogg', wav: 'audio/wav',
  mov: 'video/quicktime', mp4: 'video/mp4', mpeg: 'video/mpeg', ogv: 'video/ogg', webm: 'video/webm',
  json: 'application/json',
}
const TEXT = new Set([
  'txt', 'text', 'md', 'markdown', 'html', 'htm', 'xhtml', 'svg', 'xml', 'js', 'mjs', 'cjs', 'ts', 'css', 'csv', 'tsv', 'yaml', 'yml', 'toml', 'ini', 'cfg', 'py', 'sh',
  'jsonl', 'ndjson', 'rst', 'log', 'jinja', 'gitattributes', 'gitignore', 'c', 'cc', 'cpp', 'h', 'hpp', 'rs', 'go', 'java', 'tex', 'bib', 'license',
])
const TEXT_TYPE = 'text/plain; charset=utf-8'

export interface ContentHeaders {
  readonly contentType: string
  readonly disposition: string
}

/** How a browser is told to treat a file of a repo. The name is the path's last segment. */
export function contentHeadersOf(path: string): ContentHeaders {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const contentType = inlineTypeOf(name)
  return { contentType: contentType ?? 'application/octet-stream', disposition: `${contentType === undefined ? 'attachment' : 'inline'}; ${fileNameParameters(name)}` }
}

function inlineTypeOf(name: string): string | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return INLINE[extension] ?? (TEXT.has(extension) ? TEXT_TYPE : undefined)
}

/** RFC 6266, without a closing semicolon: aria2 takes one for a syntax error. */
function fileNameParameters(name: string): string {
  const ascii = name.replace(/["\\%]|[^\x20-\x7e]/gu, '_')
  return `filename*=UTF-8''${percentEncode(name)}; filename="${ascii}"`
}

function percentEncode(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
