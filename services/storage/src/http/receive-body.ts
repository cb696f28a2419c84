import type { IncomingMessage } from 'node:http'
import { HearthError } from '@hearth/errors'

const IDLE_MS = 60_000

/** The request's body; ends with CANCELLED when the sender is silent for a minute or goes away in the middle. */
export async function* receiveBody(req: IncomingMessage): AsyncGenerator<Buffer> {
  req.setTimeout(IDLE_MS, () => req.destroy(new HearthError('CANCELLED', 'nothing arrived for a minute: send the file again')))
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) yield chunk as Buffer
  } catch (cause) {
    throw cause instanceof HearthError ? cause : new HearthError('CANCELLED', 'the connection ended before the whole body had arrived', { cause })
  } finally {
    req.setTimeout(0)
  }
}

/** Refuses an announced length that cannot be right before a byte is read. */
export function expectLength(req: IncomingMessage, sizeBytes: number): void {
  const header = req.headers['content-length']
  if (header === undefined) return
  if (Number(header) > sizeBytes) throw new HearthError('TOO_LARGE', `${header} bytes were announced where ${sizeBytes} are expected`)
  if (Number(header) < sizeBytes) throw new HearthError('DIGEST_MISMATCH', `${header} bytes were announced where ${sizeBytes} are expected`)
}

/** A small JSON body. */
export async function receiveJson(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of receiveBody(req)) {
    total += chunk.length
    if (total > maxBytes) throw new HearthError('TOO_LARGE', `the body is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown
  } catch {
    throw new HearthError('INVALID_ARGUMENT', 'the body is not JSON')
  }
}
