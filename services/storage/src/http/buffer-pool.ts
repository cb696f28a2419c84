const BUFFER_BYTES = 256 * 1024

/** Buffers of 256 KiB that downloads share: fresh memory for each chunk would cost more than the copy itself. */
export interface BufferPool {
  readonly bufferBytes: number
  /** Waits when all are out, so that memory stays bounded whatever the number of downloads. */
  acquire(): Promise<Buffer>
  release(buffer: Buffer): void
}

export function createBufferPool(maxBuffers: number): BufferPool {
  const free: Buffer[] = []
  const waiting: ((buffer: Buffer) => void)[] = []
  let made = 0
  return {
    bufferBytes: BUFFER_BYTES,
    async acquire() {
      const ready = free.pop()
      if (ready !== undefined) return ready
      if (made < maxBuffers) {
        made += 1
        return Buffer.allocUnsafeSlow(BUFFER_BYTES)
      }
      const { promise, resolve } = Promise.withResolvers<Buffer>()
      waiting.push(resolve)
      return promise
    },
    release(buffer) {
      const next = waiting.shift()
      if (next === undefined) free.push(buffer)
      else next(buffer)
    },
  }
}
