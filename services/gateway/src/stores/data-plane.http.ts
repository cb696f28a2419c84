import { request as openRequest, Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { HearthError, type ErrorReason } from '@hearth/errors'
import type { DataPlane, StagedBlob, StagedFile } from '../domain/ports.ts'

export interface HttpDataPlaneOptions {
  /** `http://host:port` of the storage service's byte side. */
  readonly baseUrl: string
  readonly idleTimeoutMs: number
}

/** Headers of a read that change its answer. */
const FORWARDED = ['range', 'if-range', 'if-none-match'] as const
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade', 'proxy-authenticate', 'te'])
const MAX_ANSWER_BYTES = 64 << 20

export function createHttpDataPlane({ baseUrl, idleTimeoutMs }: HttpDataPlaneOptions): DataPlane<IncomingMessage, ServerResponse> & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const open: Opener = (method, path, options) => new Promise((resolve, reject) => {
    const outgoing = openRequest(new URL(path, baseUrl), { method, agent, headers: options.headers, timeout: idleTimeoutMs, ...(options.signal === undefined ? {} : { signal: options.signal }) })
    outgoing.once('response', resolve)
    outgoing.once('timeout', () => outgoing.destroy(new HearthError('DEADLINE_EXCEEDED', 'the data plane did not answer in time')))
    outgoing.once('error', (cause) => reject(cause instanceof HearthError ? cause : new HearthError('UNAVAILABLE', 'the data plane cannot be reached', { cause })))
    if (options.body === undefined) outgoing.end()
    else pipeline(Readable.from(options.body, { objectMode: false }), outgoing).catch(reject)
  })
  return {
    serve: (req, res, bytes) => proxyRead(open, { req, res }, bytes),
    stage: (stagingPath, files, signal) => stageOver(open, { stagingPath, files, signal }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

interface OpenOptions {
  readonly headers: Record<string, string>
  readonly signal?: AbortSignal
  readonly body?: AsyncIterable<Uint8Array>
}
type Opener = (method: string, path: string, options: OpenOptions) => Promise<IncomingMessage>

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

async function proxyRead(open: Opener, { req, res }: Exchange, { dataPath, headers }: { readonly dataPath: string; readonly headers: Readonly<Record<string, string>> }): Promise<void> {
  const wanted = Object.fromEntries(FORWARDED.flatMap((name) => (typeof req.headers[name] === 'string' ? [[name, req.headers[name]] as const] : [])))
  const answer = await open(req.method === 'HEAD' ? 'HEAD' : 'GET', dataPath, { headers: wanted })
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined && !HOP_BY_HOP.has(name)) res.setHeader(name, value)
  res.writeHead(answer.statusCode ?? 502)
  await pipeline(answer, res).catch(() => { res.destroy() })
}

interface Staging {
  readonly stagingPath: string
  readonly files: AsyncIterable<StagedFile>
  readonly signal: AbortSignal
}

async function stageOver(open: Opener, { stagingPath, files, signal }: Staging): Promise<readonly StagedBlob[]> {
  const failure: { thrown?: unknown } = {}
  try {
    const answer = await open('POST', stagingPath, { headers: { 'content-type': 'application/octet-stream' }, signal, body: frames(files, failure) })
    const text = await readAnswer(answer)
    if (answer.statusCode !== 200) throw new HearthError(reasonOf(answer.statusCode), messageOf(text))
    return parseBlobs(text)
  } catch (error) {
    // What the caller's own files threw is what went wrong; the broken connection only follows from it.
    throw failure.thrown ?? error
  }
}

/** A frame is 8 bytes of big-endian length and as many bytes. */
async function* frames(files: AsyncIterable<StagedFile>, failure: { thrown?: unknown }): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const { sizeBytes, bytes } of files) {
      const head = Buffer.alloc(8)
      head.writeBigUInt64BE(BigInt(sizeBytes))
      yield head
      yield* bytes
    }
  } catch (error) {
    failure.thrown = error
    throw error
  }
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new HearthError('INTERNAL', 'the data plane answered too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseBlobs(text: string): readonly StagedBlob[] {
  const { blobs } = JSON.parse(text) as { blobs?: unknown }
  if (!Array.isArray(blobs)) throw new HearthError('INTERNAL', 'the data plane answered without blobs')
  return blobs as StagedBlob[]
}

function messageOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // Not ours to read: fall through to the general message.
  }
  return 'the data plane refused the files'
}

const REASONS: Readonly<Record<number, ErrorReason>> = { 400: 'INVALID_ARGUMENT', 403: 'LINK_EXPIRED', 413: 'TOO_LARGE', 429: 'QUOTA_EXCEEDED', 503: 'UNAVAILABLE', 507: 'DISK_FULL' }

function reasonOf(status: number | undefined): ErrorReason {
  return REASONS[status ?? 0] ?? 'UNAVAILABLE'
}
