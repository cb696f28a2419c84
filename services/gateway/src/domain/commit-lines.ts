import { HearthError } from '@hearth/errors'
import { decodeContent } from './inline-file.ts'

/** The lines of a commit body, checked; `header` comes first and once. */
export interface CommitHeader {
  readonly summary: string
  readonly description: string
  readonly parentCommit: string | undefined
}

export type CommitLine =
  | { readonly kind: 'file'; readonly path: string; readonly content: Buffer; readonly oldPath: string | undefined }
  | { readonly kind: 'lfsFile'; readonly path: string; readonly sha256: string; readonly sizeBytes: number | undefined; readonly oldPath: string | undefined }
  | { readonly kind: 'deletedFile'; readonly path: string }
  | { readonly kind: 'deletedFolder'; readonly path: string }

export interface CommitLimits {
  readonly maxLineBytes: number
  readonly maxBodyBytes: number
  /** Blank ones too. */
  readonly maxLines: number
  readonly maxOperations: number
  /** Of all operations together: they travel on in one message. */
  readonly maxPathBytes: number
}

export const COMMIT_LIMITS: CommitLimits = { maxLineBytes: 48 << 20, maxBodyBytes: 2 ** 32, maxLines: 250_000, maxOperations: 25_000, maxPathBytes: 24 << 20 }

export interface CommitBody {
  readonly header: CommitHeader
  readonly lines: AsyncIterable<CommitLine>
}

/** Reads the header; the other lines are read as they are asked for. Throws INVALID_ARGUMENT naming line and field. */
export async function openCommitBody(body: AsyncIterable<Uint8Array>, limits: CommitLimits): Promise<CommitBody> {
  const lines = splitLines(body, limits)
  const first = await lines.next()
  if (first.done === true) throw new HearthError('INVALID_ARGUMENT', 'the commit body is empty: its first line must be the header')
  const { key, fields } = parseLine(first.value)
  if (key !== 'header') throw new HearthError('INVALID_ARGUMENT', `line ${first.value.number}: the first line must be the header`)
  return { header: parseHeader(fields), lines: parseLines(lines, limits) }
}

interface RawLine {
  readonly number: number
  readonly text: string
}

async function* splitLines(body: AsyncIterable<Uint8Array>, limits: CommitLimits): AsyncGenerator<RawLine, void, undefined> {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let total = 0
  let number = 0
  const take = (last: Buffer): RawLine => {
    number += 1
    if (number > limits.maxLines) throw new HearthError('INVALID_ARGUMENT', `a commit may have ${limits.maxLines} lines at most`)
    const text = (pending.length === 0 ? last : Buffer.concat([...pending, last])).toString('utf8').trim()
    pending = []
    pendingBytes = 0
    return { number, text }
  }
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    total += buffer.length
    if (total > limits.maxBodyBytes) throw new HearthError('INVALID_ARGUMENT', `the commit body is larger than ${limits.maxBodyBytes} bytes`)
    let from = 0
    for (let at = buffer.indexOf(10); at !== -1; at = buffer.indexOf(10, from)) {
      assertLine(number + 1, pendingBytes + at - from, limits)
      const line = take(buffer.subarray(from, at))
      from = at + 1
      if (line.text !== '') yield line
    }
    pendingBytes += buffer.length - from
    assertLine(number + 1, pendingBytes, limits)
    if (from < buffer.length) pending.push(buffer.subarray(from))
  }
  const rest = take(Buffer.alloc(0))
  if (rest.text !== '') yield rest
}

function assertLine(number: number, bytes: number, limits: CommitLimits): void {
  if (bytes > limits.maxLineBytes) throw new HearthError('INVALID_ARGUMENT', `line ${number}: longer than ${limits.maxLineBytes} bytes; send large files by LFS`)
}

interface Fields {
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

function parseLine({ number, text }: RawLine): { readonly key: string; readonly fields: Fields } {
  const row = parseJson(text)
  if (!isRecord(row)) throw invalid(number, 'is not a JSON object')
  if (typeof row['key'] !== 'string') throw invalid(number, 'field "key" must be a string')
  const value = row['value']
  if (!isRecord(value)) throw invalid(number, 'field "value" must be an object')
  return { key: row['key'], fields: { line: number, value } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function* parseLines(lines: AsyncGenerator<RawLine, void, undefined>, limits: CommitLimits): AsyncGenerator<CommitLine, void, undefined> {
  let [operations, pathBytes] = [0, 0]
  for await (const line of lines) {
    const { key, fields } = parseLine(line)
    const operation = parseOperation(key, fields)
    operations += 1
    pathBytes += pathBytesOf(operation)
    if (operations > limits.maxOperations) throw new HearthError('TOO_LARGE', `A commit takes at most ${limits.maxOperations} operations; send several commits`)
    if (pathBytes > limits.maxPathBytes) throw new HearthError('TOO_LARGE', `The paths of a commit have at most ${limits.maxPathBytes} bytes in all; send several commits`)
    yield operation
  }
}

function pathBytesOf(line: CommitLine): number {
  return Buffer.byteLength(line.path) + ('oldPath' in line && line.oldPath !== undefined ? Buffer.byteLength(line.oldPath) : 0)
}

function parseOperation(key: string, fields: Fields): CommitLine {
  switch (key) {
    case 'file': return { kind: 'file', path: pathOf(fields, 'path'), content: contentOf(fields), oldPath: optionalPathOf(fields, 'oldPath') }
    case 'lfsFile': return parseLfsFile(fields)
    case 'deletedFile': return { kind: 'deletedFile', path: pathOf(fields, 'path') }
    case 'deletedFolder': return { kind: 'deletedFolder', path: pathOf(fields, 'path') }
    case 'header': throw invalid(fields.line, 'a second header')
    default: throw invalid(fields.line, `unknown key "${key.slice(0, 50)}"`)
  }
}

function parseHeader(fields: Fields): CommitHeader {
  const parent = optionalString(fields, 'parentCommit')
  if (parent !== undefined && !/^[0-9a-f]{40}$/i.test(parent)) throw invalid(fields.line, 'field "parentCommit" must be 40 hex digits')
  const summary = optionalString(fields, 'summary')
  if (summary === undefined) throw invalid(fields.line, 'field "summary" is missing')
  return { summary, description: optionalString(fields, 'description') ?? '', parentCommit: parent?.toLowerCase() }
}

function parseLfsFile(fields: Fields): CommitLine {
  const algorithm = optionalString(fields, 'algo') ?? 'sha256'
  if (algorithm !== 'sha256') throw invalid(fields.line, 'field "algo" must be sha256')
  const sha256 = stringOf(fields, 'oid')
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw invalid(fields.line, 'field "oid" must be 64 lower-case hex digits')
  const size = fields.value['size'] ?? undefined
  if (size !== undefined && !isSize(size)) throw invalid(fields.line, 'field "size" must be a whole number from 0')
  return { kind: 'lfsFile', path: pathOf(fields, 'path'), sha256, sizeBytes: size, oldPath: optionalPathOf(fields, 'oldPath') }
}

function contentOf(fields: Fields): Buffer {
  const text = stringOf(fields, 'content')
  const encoding = optionalString(fields, 'encoding') ?? 'utf-8'
  if (encoding !== 'base64' && encoding !== 'utf-8' && encoding !== 'utf8') throw invalid(fields.line, 'field "encoding" must be base64 or utf-8')
  const content = decodeContent(text, encoding)
  if (content === undefined) throw invalid(fields.line, 'field "content" is not valid base64')
  return content
}

function pathOf(fields: Fields, name: string): string {
  const path = stringOf(fields, name)
  if (path === '') throw invalid(fields.line, `field "${name}" is empty`)
  return path
}

function optionalPathOf(fields: Fields, name: string): string | undefined {
  return optionalString(fields, name) === undefined ? undefined : pathOf(fields, name)
}

function stringOf(fields: Fields, name: string): string {
  const text = optionalString(fields, name)
  if (text === undefined) throw invalid(fields.line, `field "${name}" is missing`)
  return text
}

function optionalString({ line, value }: Fields, name: string): string | undefined {
  const text = value[name] ?? undefined
  if (text !== undefined && typeof text !== 'string') throw invalid(line, `field "${name}" must be a string`)
  return text
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(line: number, what: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `line ${line}: ${what}`)
}
