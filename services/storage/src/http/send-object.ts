import type { ServerResponse } from 'node:http'
import type { ObjectReader } from '../domain/blob-store-port.ts'
import type { BufferPool } from './buffer-pool.ts'

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
  let writing: Promise<void> = Promise.resolve()
  for (let at = span.start; at < span.end;) {
    const buffer = await pool.acquire()
    const count = await readInto(reader, buffer, { at, end: span.end }).catch(async (cause: unknown) => {
      pool.release(buffer)
      throw cause
    })
    const written = writing.then(() => writeChunk(res, buffer.subarray(0, count))).finally(() => pool.release(buffer))
    written.catch(() => undefined)
    await writing
    writing = written
    at += count
  }
  await writing
  res.end()
}

async function readInto(reader: ObjectReader, buffer: Buffer, { at, end }: { at: number; end: number }): Promise<number> {
  const count = await reader.read(buffer, Math.min(buffer.length, end - at), at)
  if (count === 0) throw new Error('a stored object is shorter than its record')
  return count
}

function writeChunk(res: ServerResponse, chunk: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  if (res.destroyed) reject(new Error('the client went away'))
  else res.write(chunk, (error) => (error == null ? resolve() : reject(error)))
  return promise
}
