import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HearthError } from '@hearth/errors'
import { newObjectId, type ObjectId } from '@hearth/ids'
import type { BlobStore } from '../../src/domain/blob-store-port.ts'
import type { GitBlobStore } from '../../src/domain/git-blob-port.ts'
import type { LfsStore } from '../../src/domain/lfs-store-port.ts'
import { createSignedPaths } from '../../src/domain/signed-path.ts'
import type { SignedGrant } from '../../src/domain/signed-path-port.ts'
import { createBufferPool } from '../../src/http/buffer-pool.ts'
import { createDataPlane, type DataPlane } from '../../src/http/data-plane.ts'
import { openFsBlobStore } from '../../src/stores/blob-store.fs.ts'
import { sha256Of } from '../suites/blob-store.suite.ts'
import { createMemoryGitBlobs, createMemoryLfsStore } from '../memory-stores.ts'

export const SENDER = 'a'.repeat(24)
export const REPO = '00000000000000000000aaaa' as ObjectId
export const newId = (): ObjectId => newObjectId(Date.now(), randomBytes)

export interface TestPlane extends AsyncDisposable {
  readonly root: string
  readonly port: number
  readonly plane: DataPlane
  readonly objects: BlobStore
  readonly lfs: LfsStore
  readonly gitBlobs: GitBlobStore
  /** What was reported as a bug: must stay empty. */
  readonly failures: unknown[]
  sign(grant: SignedGrant): string
  /** Stores the bytes and answers a path that reads them. */
  add(data: Buffer): Promise<string>
  open(): Socket
}

/** The data plane on a real socket, over real files; the neighbours are maps. Epoch 1 is current. */
export async function openTestPlane(options: { readonly buffers?: number; readonly wrap?: (objects: BlobStore) => BlobStore; readonly more?: object } = {}): Promise<TestPlane> {
  const root = await mkdtemp(join(tmpdir(), 'hearth-plane-'))
  const stored = await openFsBlobStore({ root, newId })
  const objects = options.wrap?.(stored) ?? stored
  const [lfs, gitBlobs, failures] = [createMemoryLfsStore(), createMemoryGitBlobs(), [] as unknown[]]
  const signedPaths = createSignedPaths({ keys: [{ id: 'k1', secret: randomBytes(32) }], nowMs: Date.now })
  const epochs = {
    async assertCurrent(_id: ObjectId, epoch: number) { if (epoch !== 1) throw new HearthError('LINK_EXPIRED', 'access changed') },
    forget() { /* nothing is remembered */ },
  }
  const observe = { requestDone: () => undefined, requestFailed: (event: { readonly error: unknown }) => { failures.push(event.error) } }
  const plane = createDataPlane({ signedPaths, epochs, gitBlobs, objects, lfs, pool: createBufferPool(options.buffers ?? 8), crashPoint: () => undefined, observe, ...options.more })
  const server = createServer({ requestTimeout: 0 }, (req, res) => plane.handle(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const sign = (grant: SignedGrant): string => signedPaths.sign(grant, 60)
  return {
    root, port, plane, objects, lfs, gitBlobs, failures, sign,
    async add(data) {
      const { sha256 } = await objects.put([data] as unknown as AsyncIterable<Uint8Array>, { maxBytes: data.length })
      return sign({ kind: 'readBlob', repoId: REPO, epoch: 1, source: { kind: 'object', sha256 }, sizeBytes: data.length, contentType: 'application/octet-stream', disposition: 'attachment; filename="x"' })
    },
    open() {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      return socket
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

export function putGrant(data: Buffer): SignedGrant {
  return { kind: 'putObject', repoId: REPO, epoch: 1, senderId: SENDER, sha256: sha256Of(data), sizeBytes: data.length }
}

/** All text that comes before the other side closes, or until `ms` have passed. */
export async function readText(socket: Socket, ms = 5000): Promise<string> {
  let text = ''
  socket.on('data', (piece) => { text += piece.toString('latin1') })
  await Promise.race([once(socket, 'close').catch(() => undefined), new Promise((resolve) => { setTimeout(resolve, ms).unref() })])
  return text
}
