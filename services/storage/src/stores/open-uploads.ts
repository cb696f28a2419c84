import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { HearthError } from '@hearth/errors'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { UploadPart } from '../domain/blob-store-port.ts'

const READ_BYTES = 1024 * 1024

interface OpenUpload {
  /** sha256 of the first `hashed` bytes, or undefined when it has to be read again from the file. */
  hash: Hash | undefined
  hashed: number
  isClosing: boolean
  readonly writers: Map<AbortController, Promise<void>>
}

/**
 * What this process knows of uploads under way. It hashes parts that come one after the other while they pass, so that
 * completion has only the rest to read, and it keeps late writers away from a file that is being published: after the
 * rename the same inode is an object that others trust.
 */
export interface OpenUploads {
  /** Runs `write` with the part's bytes; throws CONFLICT when the upload is being completed. */
  writePart(id: ObjectId, source: PartSource, write: (body: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void>
  /** Ends writers, then gives the sha256 of the whole file; `publish` runs before any writer may come again. */
  close(id: ObjectId, sizeBytes: number, publish: (sha256: Sha256) => Promise<void>): Promise<void>
  forget(id: ObjectId): void
}

export interface PartSource {
  readonly part: UploadPart
  readonly body: AsyncIterable<Uint8Array>
}

export function trackUploads(pathOf: (id: ObjectId) => string): OpenUploads {
  const uploads = new Map<ObjectId, OpenUpload>()
  const stateOf = (id: ObjectId): OpenUpload => {
    const found = uploads.get(id) ?? { hash: undefined, hashed: 0, isClosing: false, writers: new Map() }
    uploads.set(id, found)
    return found
  }
  return {
    async writePart(id, { part, body }, write) {
      const state = stateOf(id)
      if (state.isClosing) throw new HearthError('CONFLICT', 'this upload is being completed: parts are no longer taken')
      const stop = new AbortController()
      const follower = followPart(state, part)
      const done = write(follower.pass(abortable(body, stop.signal)))
      state.writers.set(stop, done.catch(() => undefined))
      try {
        await done
        follower.accept()
      } finally {
        state.writers.delete(stop)
      }
    },
    async close(id, sizeBytes, publish) {
      const state = stateOf(id)
      if (state.isClosing) throw new HearthError('CONFLICT', 'this upload is being completed already')
      state.isClosing = true
      try {
        if (state.writers.size > 0) resetHash(state)
        for (const stop of state.writers.keys()) stop.abort()
        await Promise.all(state.writers.values())
        await publish(await finishHash(pathOf(id), state, sizeBytes))
        uploads.delete(id)
      } finally {
        state.isClosing = false
      }
    },
    forget(id) { uploads.delete(id) },
  }
}

function resetHash(state: OpenUpload): void {
  state.hash = undefined
  state.hashed = 0
}

interface PartFollower {
  pass(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  /** The part is on disk: what it added to the running hash counts. */
  accept(): void
}

function followPart(state: OpenUpload, part: UploadPart): PartFollower {
  if (part.offset < state.hashed) resetHash(state)
  const from = state.hashed
  const trial = part.offset === from ? (state.hash?.copy() ?? createHash('sha256')) : undefined
  return {
    async *pass(body) {
      for await (const chunk of body) {
        trial?.update(chunk)
        yield chunk
      }
    },
    accept() {
      if (trial === undefined || state.hashed !== from) return
      state.hash = trial
      state.hashed = part.offset + part.sizeBytes
    },
  }
}

async function finishHash(path: string, state: OpenUpload, sizeBytes: number): Promise<Sha256> {
  const hash = state.hash ?? createHash('sha256')
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  await using file = await open(path, 'r')
  for (let at = state.hash === undefined ? 0 : state.hashed; at < sizeBytes;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  resetHash(state)
  return hash.digest('hex') as Sha256
}

async function* abortable(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  aborted.catch(() => undefined)
  signal.addEventListener('abort', () => reject(new HearthError('CONFLICT', 'this upload is being completed: parts are no longer taken')), { once: true })
  const iterator = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted])
    if (next.done === true) return
    yield next.value
  }
}
