import type { IncomingMessage, ServerResponse } from 'node:http'
import { HearthError } from '@hearth/errors'
import type { BlobStore, ObjectReader } from '../domain/blob-store-port.ts'
import { answerRange } from '../domain/byte-range.ts'
import type { GitBlobStore } from '../domain/git-blob-port.ts'
import type { SignedGrant } from '../domain/signed-path-port.ts'
import type { BufferPool } from './buffer-pool.ts'
import { sendObject, type ByteSpan } from './send-object.ts'

export interface BlobSources {
  readonly gitBlobs: GitBlobStore
  readonly objects: BlobStore
  readonly pool: BufferPool
}

type ReadGrant = Extract<SignedGrant, { kind: 'readBlob' }>

/** Inline bytes, or an open object that the caller must close. */
type Body = { readonly kind: 'inline'; readonly data: Buffer } | { readonly kind: 'object'; readonly reader: ObjectReader }

/** GET and HEAD of one blob with a single range, conditional by its strong ETag. Headers already set on `res` stay. */
export async function sendBlob(req: IncomingMessage, res: ServerResponse, grant: ReadGrant, sources: BlobSources): Promise<void> {
  const etag = `"${grant.source.kind === 'object' ? grant.source.sha256 : grant.source.oid}"`
  setBlobHeaders(res, grant, etag)
  if (matches(req.headers['if-none-match'], etag)) {
    res.writeHead(304).end()
    return
  }
  const body = await openBody(grant, sources)
  try {
    await sendBody(req, res, { body, etag, sizeBytes: grant.sizeBytes, pool: sources.pool })
  } finally {
    if (body.kind === 'object') await body.reader[Symbol.asyncDispose]()
  }
}

interface Sending {
  readonly body: Body
  readonly etag: string
  readonly sizeBytes: number
  readonly pool: BufferPool
}

async function sendBody(req: IncomingMessage, res: ServerResponse, { body, etag, sizeBytes, pool }: Sending): Promise<void> {
  const ifRange = req.headers['if-range']
  const honoursRange = req.method === 'GET' && (ifRange === undefined || ifRange === etag)
  const range = answerRange(honoursRange ? req.headers.range : undefined, sizeBytes)
  if (range.kind === 'unsatisfiable' && sizeBytes > 0) throw new HearthError('RANGE_NOT_SATISFIABLE', `the file has ${sizeBytes} bytes`, { metadata: { size: String(sizeBytes) } })
  // An empty file is sent whole: clients ask for bytes=0-0 first and read the size from this header, where 416 ends their download.
  if (range.kind === 'unsatisfiable') res.setHeader('content-range', 'bytes */0')
  const span: ByteSpan = range.kind === 'part' ? range : { start: 0, end: sizeBytes }
  if (range.kind === 'part') res.setHeader('content-range', `bytes ${span.start}-${span.end - 1}/${sizeBytes}`)
  res.writeHead(range.kind === 'part' ? 206 : 200, { 'content-length': span.end - span.start })
  if (req.method === 'HEAD') res.end()
  else if (body.kind === 'inline') res.end(body.data.subarray(span.start, span.end))
  else await sendObject(res, body.reader, span, pool)
}

function setBlobHeaders(res: ServerResponse, grant: ReadGrant, etag: string): void {
  res.setHeader('etag', etag)
  res.setHeader('accept-ranges', 'bytes')
  res.setHeader('content-type', grant.contentType)
  res.setHeader('content-disposition', grant.disposition)
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('content-security-policy', "sandbox; default-src 'none'")
  if (!res.hasHeader('cache-control')) res.setHeader('cache-control', 'private, max-age=3600, no-transform')
}

async function openBody(grant: ReadGrant, { gitBlobs, objects }: BlobSources): Promise<Body> {
  if (grant.source.kind === 'object') return { kind: 'object', reader: await openSized(objects, grant.source.sha256, grant.sizeBytes) }
  const blob = await gitBlobs.readBlob(grant.repoId, grant.source.oid)
  if (blob === undefined) throw new HearthError('ENTRY_NOT_FOUND', 'the file is not stored any more')
  if (blob.bytes.kind === 'inline') return { kind: 'inline', data: blob.bytes.data }
  return { kind: 'object', reader: await openSized(objects, blob.bytes.sha256, grant.sizeBytes) }
}

async function openSized(objects: BlobStore, sha256: Parameters<BlobStore['open']>[0], sizeBytes: number): Promise<ObjectReader> {
  const reader = await objects.open(sha256)
  if (reader.sizeBytes === sizeBytes) return reader
  await reader[Symbol.asyncDispose]()
  throw new Error(`object ${sha256} has ${reader.sizeBytes} bytes, its record says ${sizeBytes}`)
}

function matches(header: string | undefined, etag: string): boolean {
  return header !== undefined && (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag))
}
