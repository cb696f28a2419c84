import type { ServerResponse } from 'node:http'
import type { ObjectReader } from '../domain/blob-store-port.ts'
import type { BufferPool } from './buffer-pool.ts'
import { watchClient } from './client-watch.ts'

/** A client that has not taken one buffer in this time holds memory that others wait for: it is cut off (at 4 KB/s at least it is not). */
const STALL_MS = 60_000

export interface ByteSpan {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/**
 * Writes a span of an object to the raw response: the next buffer is read while the last one is written, and each goes back
 * to the pool in its write callback. Two buffers at most are out. Rejects when the client goes away.
 */
export async function sendObject(res: ServerResponse, reader: ObjectReader, span: ByteSpan, pool: BufferPool): Promise<void> {
  using client = watchClient(res, STALL_MS)
  let writing: Promise<void> = Promise.resolve()
  try {
    for (let at = span.start; at < span.end;) {
      const { buffer, count } = await readNext(reader, { at, end: span.end }, pool)
      const written = writing.then(() => client.write(buffer.subarray(0, count))).finally(() => pool.release(buffer))
      written.catch(() => undefined)
      await writing
      writing = written
      at += count
    }
    await writing
  } catch (cause) {
    res.destroy()
    await writing.catch(() => undefined)
    throw cause
  }
  res.end()
}

async function readNext(reader: ObjectReader, { at, end }: { readonly at: number; readonly end: number }, pool: BufferPool): Promise<{ readonly buffer: Buffer; readonly count: number }> {
  const buffer = await pool.acquire()
  try {
    const count = await reader.read(buffer, Math.min(buffer.length, end - at), at)
    if (count === 0) throw new Error('a stored object is shorter than its record')
    return { buffer, count }
  } catch (cause) {
    pool.release(buffer)
    throw cause
  }
}
