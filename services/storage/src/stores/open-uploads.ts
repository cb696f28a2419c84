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
  /** By offset of the part. */
  readonly writers: Map<number, Writer>
}

interface Writer {
  readonly stop: AbortController
  /** Resolves, never rejects, when nothing more will be written and its entry is gone. */
  readonly ended: Promise<void>
}

/**
 * What this process knows of uploads under way. It hashes parts that come one after the other while they pass, so that
 * completion has only the rest to read. The hash stands for the bytes on disk only while nobody else writes there, so a part
 * that is sent again ends its former sender first, and late writers are kept away from a file that is being published: after
 * the rename the same inode is an object that others trust. One process at a time may write to a store.
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
  /** Whoever writes to that place now. Throws CONFLICT when the upload is being completed. */
  const writerAt = (id: ObjectId, offset: number): Writer | undefined => {
    const state = stateOf(id)
    if (state.isClosing) throw beingCompleted()
    return state.writers.get(offset)
  }
  return {
    async writePart(id, { part, body }, write) {
      for (let former = writerAt(id, part.offset); former !== undefined; former = writerAt(id, part.offset)) {
        former.stop.abort(new HearthError('CONFLICT', 'the same part is being sent again: this sending of it has ended'))
        await former.ended
      }
      // From the last look to the entry below nothing is awaited: no completion and no second writer can come in between.
      const state = stateOf(id)
      const stop = new AbortController()
      const follower = followPart(state, part)
      const done = write(follower.pass(abortable(body, stop.signal))).then(() => follower.accept())
      const ended = done.catch(() => undefined).then(() => { state.writers.delete(part.offset) })
      state.writers.set(part.offset, { stop, ended })
      try {
        await done
      } finally {
        await ended
        if (uploads.get(id) === state && state.hashed === 0 && state.writers.size === 0 && !state.isClosing) uploads.delete(id)
      }
    },
    async close(id, sizeBytes, publish) {
      const state = stateOf(id)
      if (state.isClosing) throw beingCompleted()
      state.isClosing = true
      try {
        if (state.writers.size > 0) resetHash(state)
        for (const { stop } of state.writers.values()) stop.abort(beingCompleted())
        await Promise.all([...state.writers.values()].map(({ ended }) => ended))
        await publish(await finishHash(pathOf(id), state, sizeBytes))
      } finally {
        uploads.delete(id)
      }
    },
    forget(id) { uploads.delete(id) },
  }
}

function beingCompleted(): HearthError {
  return new HearthError('CONFLICT', 'this upload is being completed: parts are no longer taken')
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
  const onAbort = (): void => reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const iterator = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted])
    if (next.done === true) return
    yield next.value
  }
}
