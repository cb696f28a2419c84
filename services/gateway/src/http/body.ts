import type { IncomingMessage } from 'node:http'
import { HearthError } from '@hearth/errors'

const DEFAULT_MAX_BYTES = 1 << 20

/** The request's bytes as they come; throws when they stop for `idleMs`, or when the client goes away. */
export async function* streamBody(req: IncomingMessage, idleMs: number): AsyncGenerator<Buffer, void, undefined> {
  assertPlain(req)
  const chunks: AsyncIterator<Buffer> = req[Symbol.asyncIterator]()
  for (;;) {
    const next = await withinIdle(chunks.next(), idleMs)
    if (next.done === true) return
    yield next.value
  }
}

async function withinIdle<T>(pending: Promise<T>, idleMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new HearthError('DEADLINE_EXCEEDED', `no byte of the body arrived for ${idleMs} ms`)), idleMs)
  try {
    return await Promise.race([pending, promise])
  } catch (cause) {
    if (cause instanceof HearthError) throw cause
    throw new HearthError('CANCELLED', 'the request ended before its body was complete', { cause })
  } finally {
    clearTimeout(timer)
  }
}

function assertPlain(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new HearthError('UNSUPPORTED_MEDIA_TYPE', 'compressed request bodies are not taken here')
}

export interface BodyBounds {
  readonly maxBytes: number | undefined
  readonly idleMs: number
}

/** The whole body as text. Throws TOO_LARGE beyond the bound. */
export async function readTextBody(req: IncomingMessage, { maxBytes = DEFAULT_MAX_BYTES, idleMs }: BodyBounds): Promise<string> {
  const tooLarge = (): HearthError => new HearthError('TOO_LARGE', `the request body is larger than ${maxBytes} bytes`)
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of streamBody(req, idleMs)) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** undefined for an empty body; throws INVALID_ARGUMENT for anything else that is no JSON. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HearthError('INVALID_ARGUMENT', 'the request body is not valid JSON', { cause })
  }
}
