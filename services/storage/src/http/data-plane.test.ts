import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HearthError } from '@hearth/errors'
import { newObjectId, type GitOid, type ObjectId } from '@hearth/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of } from '../../test/suites/blob-store.suite.ts'
import { createMemoryGitBlobs, createMemoryLfsStore } from '../../test/memory-stores.ts'
import type { BlobStore } from '../domain/blob-store-port.ts'
import type { LfsStore } from '../domain/lfs-store-port.ts'
import { createSignedPaths } from '../domain/signed-path.ts'
import type { SignedGrant } from '../domain/signed-path-port.ts'
import { openFsBlobStore } from '../stores/blob-store.fs.ts'
import { createBufferPool } from './buffer-pool.ts'
import { createDataPlane, type DataPlane } from './data-plane.ts'

const REPO = '00000000000000000000aaaa' as ObjectId
const SENDER = 'a'.repeat(24)
const SIZE = 3_000_000
const newId = (): ObjectId => newObjectId(Date.now(), randomBytes)
let nowMs = Date.now()
const signed = createSignedPaths({ keys: [{ id: 'k1', secret: randomBytes(32) }], nowMs: () => nowMs })
const gitBlobs = createMemoryGitBlobs()
const data = randomBytes(SIZE)
const failures: unknown[] = []
let [root, url]: [string, string] = ['', '']
let server: Server
let objects: BlobStore
let lfs: LfsStore
let plane: DataPlane

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-plane-'))
  objects = await openFsBlobStore({ root, newId })
  lfs = createMemoryLfsStore()
  const epochs = {
    async assertCurrent(_id: ObjectId, epoch: number) { if (epoch !== 1) throw new HearthError('LINK_EXPIRED', 'access changed') },
    forget() { /* nothing is remembered */ },
  }
  plane = createDataPlane({
    signedPaths: signed, epochs, gitBlobs, objects, lfs, pool: createBufferPool(8), crashPoint: () => undefined,
    observe: { requestDone: () => undefined, requestFailed: (event) => { failures.push(event.error) } },
  })
  await objects.put([data] as unknown as AsyncIterable<Uint8Array>, { maxBytes: SIZE })
  server = createServer((req, res) => plane.handle(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(root, { recursive: true, force: true })
  expect(failures).toEqual([])
})

const readGrant = (source: Extract<SignedGrant, { kind: 'readBlob' }>['source'], sizeBytes: number): SignedGrant =>
  ({ kind: 'readBlob', repoId: REPO, epoch: 1, source, sizeBytes, contentType: 'application/octet-stream', disposition: 'attachment; filename="x"' })
const pathOfData = (): string => signed.sign(readGrant({ kind: 'object', sha256: sha256Of(data) }, SIZE), 60)
const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> => fetch(`${url}${path}`, { method, headers })
const bytes = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer())
const putGrant = (body: Buffer): SignedGrant => ({ kind: 'putObject', repoId: REPO, epoch: 1, senderId: SENDER, sha256: sha256Of(body), sizeBytes: body.length })

describe('reading', () => {
  test('sends the whole object with its headers', async () => {
    const answer = await get(pathOfData())
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe(`"${sha256Of(data)}"`)
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect((await bytes(answer)).equals(data)).toBe(true)
  })

  test.each([
    ['bytes=0-0', 0, 1], ['bytes=1000000-', 1_000_000, SIZE], ['bytes=-7', SIZE - 7, SIZE], ['bytes=262143-262145', 262_143, 262_146], [`bytes=10-${SIZE * 2}`, 10, SIZE],
  ] as const)('sends %s', async (range, start, end) => {
    const answer = await get(pathOfData(), { range })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${SIZE}`)
    expect((await bytes(answer)).equals(data.subarray(start, end))).toBe(true)
  })

  test.each([['bytes=0-1,5-6', 200], ['bytes=abc', 200], ['bytes=9-3', 200], [`bytes=${SIZE}-`, 416], ['bytes=-0', 416]] as const)('answers %s with %i', async (range, status) => {
    const answer = await get(pathOfData(), { range })
    expect(answer.status).toBe(status)
    if (status === 416) expect(answer.headers.get('content-range')).toBe(`bytes */${SIZE}`)
    await answer.arrayBuffer()
  })

  test('honours conditions by the strong ETag', async () => {
    const etag = `"${sha256Of(data)}"`
    expect((await get(pathOfData(), { 'if-none-match': `"x", ${etag}` })).status).toBe(304)
    expect((await get(pathOfData(), { range: 'bytes=0-0', 'if-range': etag })).status).toBe(206)
    const other = await get(pathOfData(), { range: 'bytes=0-0', 'if-range': '"other"' })
    expect(other.status).toBe(200)
    await other.arrayBuffer()
  })

  test('answers HEAD with the length and no body', async () => {
    const answer = await get(pathOfData(), {}, 'HEAD')
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(SIZE)])
  })

  test('sends git blobs from rows', async () => {
    const text = Buffer.from('hello')
    const oid = createHash('sha1').update(`blob ${text.length}\0`).update(text).digest('hex') as GitOid
    await gitBlobs.addBlobs(REPO, [{ oid, sizeBytes: text.length, bytes: { kind: 'inline', data: text } }])
    const answer = await get(signed.sign(readGrant({ kind: 'gitBlob', oid }, text.length), 60), { range: 'bytes=1-3' })
    expect((await bytes(answer)).toString()).toBe('ell')
  })

  test('sends an empty file whole, with its size, when a range of it is asked for', async () => {
    const oid = createHash('sha1').update('blob 0\0').digest('hex') as GitOid
    await gitBlobs.addBlobs(REPO, [{ oid, sizeBytes: 0, bytes: { kind: 'inline', data: Buffer.alloc(0) } }])
    const answer = await get(signed.sign(readGrant({ kind: 'gitBlob', oid }, 0), 60), { range: 'bytes=0-0' })
    expect([answer.status, answer.headers.get('content-range'), (await bytes(answer)).length]).toEqual([200, 'bytes */0', 0])
  })

  test('refuses altered, expired, foreign-method and out-of-date paths', async () => {
    const path = pathOfData()
    expect((await get(`${path.slice(0, -2)}xx`)).status).toBe(403)
    expect((await get(path.replace('/blob/', '/nothing/'))).status).toBe(404)
    expect((await get(path, {}, 'DELETE')).status).toBe(405)
    nowMs += 61_000
    expect((await get(path)).status).toBe(403)
    nowMs -= 61_000
    expect((await get(signed.sign({ ...readGrant({ kind: 'object', sha256: sha256Of(data) }, SIZE), epoch: 2 }, 60))).status).toBe(403)
  })

  test('a client that goes away in the middle gives its buffers back', async () => {
    const target = new URL(url)
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(Number(target.port), '127.0.0.1')
      socket.write(`GET ${pathOfData()} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await once(socket, 'data')
      socket.destroy()
    }
    expect((await bytes(await get(pathOfData()))).equals(data)).toBe(true)
  })
})

describe('writing', () => {
  test('takes a whole object, with and without a length', async () => {
    const body = randomBytes(1_500_000)
    expect((await fetch(`${url}${signed.sign(putGrant(body), 60)}`, { method: 'PUT', body: new Uint8Array(body) })).status).toBe(200)
    expect(await objects.stat(sha256Of(body))).toBe(body.length)
    expect([...(await lfs.findInRepo(REPO, [sha256Of(body)], SENDER)).values()]).toEqual([body.length])
    const second = randomBytes(1_500_000)
    const stream = new Blob([new Uint8Array(second)]).stream()
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body: stream, duplex: 'half' }
    expect((await fetch(`${url}${signed.sign(putGrant(second), 60)}`, init)).status).toBe(200)
    expect(await objects.stat(sha256Of(second))).toBe(second.length)
  })

  test('keeps nothing of wrong, longer, shorter or cut bodies', async () => {
    const body = randomBytes(700_000)
    const path = signed.sign(putGrant(body), 60)
    const put = async (sent: Buffer): Promise<number> => (await fetch(`${url}${path}`, { method: 'PUT', body: new Uint8Array(sent) })).status
    expect(await put(randomBytes(body.length))).toBe(400)
    expect(await put(body.subarray(1))).toBe(400)
    expect(await put(Buffer.concat([body, body]))).toBe(413)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`)
    socket.write(body.subarray(0, 500_000))
    socket.end()
    socket.resume()
    await once(socket, 'close')
    expect(await objects.stat(sha256Of(body))).toBeUndefined()
    await expect.poll(() => readdir(join(root, 'v1', 'staging'))).toEqual([])
  })

  test('ends an endless chunked body soon after the announced size', async () => {
    const body = randomBytes(100_000)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`PUT ${signed.sign(putGrant(body), 60)} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const chunk = Buffer.concat([Buffer.from('8000\r\n'), randomBytes(0x8000), Buffer.from('\r\n')])
    let [sent, text] = [0, '']
    socket.on('data', (piece) => { text += String(piece) })
    while (!socket.destroyed && text === '' && sent < 50_000_000) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'data'), once(socket, 'close')])
      sent += chunk.length
    }
    expect(text).toContain('413')
    socket.destroy()
  })

  test('takes parts in any order and completes them as one object', async () => {
    const body = randomBytes(2_500_000)
    const upload = await lfs.openUpload({ id: newId(), repoId: REPO, senderId: SENDER, sha256: sha256Of(body), sizeBytes: body.length, partBytes: 1_000_000 })
    await objects.createUpload(upload.id, body.length)
    const parts: { partNumber: number; etag: string | null }[] = []
    for (const number of [2, 1, 3]) {
      const piece = body.subarray((number - 1) * 1_000_000, number * 1_000_000)
      const grant: SignedGrant = { kind: 'putPart', repoId: REPO, epoch: 1, uploadId: upload.id, partNumber: number, offset: (number - 1) * 1_000_000, sizeBytes: piece.length }
      const answer = await fetch(`${url}${signed.sign(grant, 60)}`, { method: 'PUT', body: new Uint8Array(piece) })
      parts.push({ partNumber: number, etag: answer.headers.get('etag') })
    }
    const grant: SignedGrant = { kind: 'completeUpload', repoId: REPO, epoch: 1, senderId: SENDER, uploadId: upload.id, sha256: sha256Of(body), sizeBytes: body.length }
    const complete = (list: unknown): Promise<Response> => fetch(`${url}${signed.sign(grant, 60)}`, { method: 'POST', body: JSON.stringify({ oid: sha256Of(body), parts: list }) })
    expect((await complete(parts.slice(1))).status).toBe(400)
    expect((await complete([{ partNumber: 1, etag: 'made up' }])).status).toBe(400)
    expect((await complete(parts)).status).toBe(200)
    expect((await complete(parts)).status).toBe(200)
    expect(await objects.stat(sha256Of(body))).toBe(body.length)
  })

  test('stages framed files as git blobs and refuses a cut frame', async () => {
    const files = [Buffer.from('a'), Buffer.alloc(0), randomBytes(600_000)]
    const framed = Buffer.concat(files.flatMap((file) => {
      const head = Buffer.alloc(8)
      head.writeBigUInt64BE(BigInt(file.length))
      return [head, file]
    }))
    const path = signed.sign({ kind: 'stage', repoId: REPO, epoch: 1 }, 60)
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: new Uint8Array(framed) })
    const expected = files.map((file) => ({ oid: createHash('sha1').update(`blob ${file.length}\0`).update(file).digest('hex'), size: file.length }))
    expect(await answer.json()).toEqual({ blobs: expected })
    expect((await gitBlobs.readBlob(REPO, expected[2]?.oid as GitOid))?.bytes).toEqual({ kind: 'stored', sha256: sha256Of(files[2] ?? Buffer.alloc(0)) })
    expect((await fetch(`${url}${path}`, { method: 'POST', body: new Uint8Array(framed.subarray(0, -1)) })).status).toBe(400)
  })
})

