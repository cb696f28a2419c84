import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { newId, openTestPlane, putGrant, readText, REPO, SENDER, type TestPlane } from './harness/open-data-plane.ts'
import { sha256Of } from './suites/blob-store.suite.ts'

const MIB = 1024 * 1024

/** Files below the test's root that this process has open. */
async function openFiles(root: string): Promise<string[]> {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(names.map((name) => readlink(join('/proc/self/fd', name)).catch(() => '')))
  return targets.filter((target) => target.startsWith(root))
}

async function fetchWhole(hub: TestPlane, path: string): Promise<Buffer> {
  const answer = await fetch(`http://127.0.0.1:${hub.port}${path}`, { signal: AbortSignal.timeout(5000) })
  return Buffer.from(await answer.arrayBuffer())
}

test('requests piled up on a connection that dies give buffers and files back', async () => {
  await using hub = await openTestPlane({ buffers: 4 })
  const data = randomBytes(24 * MIB)
  const path = await hub.add(data)
  for (let i = 0; i < 6; i += 1) {
    const socket = hub.open()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(3))
    await once(socket, 'data')
    await delay(30)
    socket.destroy()
  }
  expect(sha256Of(await fetchWhole(hub, path))).toBe(sha256Of(data))
  await expect.poll(() => openFiles(hub.root)).toEqual([])
})

test('a sender of far too much reads the refusal', async () => {
  await using hub = await openTestPlane()
  const body = randomBytes(100_000)
  for (const [head, frame] of [['Content-Length: 900000000', false], ['Transfer-Encoding: chunked', true]] as const) {
    let refused = 0
    for (let i = 0; i < 5; i += 1) {
      const socket = hub.open()
      const reading = readText(socket, 3000)
      socket.write(`PUT ${hub.sign(putGrant(body))} HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
      const piece = frame ? Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]) : Buffer.alloc(65_536)
      for (let sent = 0; sent < 400 && !socket.destroyed; sent += 1) if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), delay(100)])
      if ((await reading).startsWith('HTTP/1.1 413')) refused += 1
      socket.destroy()
    }
    expect([head, refused]).toEqual([head, 5])
  }
})

test('a sender that only reads when it has paused is not cut off before', async () => {
  await using hub = await openTestPlane()
  const socket = hub.open()
  const errors: Error[] = []
  socket.on('error', (error) => errors.push(error))
  socket.write(`PUT ${hub.sign(putGrant(randomBytes(1000)))} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n`)
  for (let sent = 0; sent < 10; sent += 1) {
    socket.write(Buffer.alloc(65_536))
    await delay(20)
  }
  expect(errors).toEqual([])
  expect(await readText(socket, 3000)).toMatch(/^HTTP\/1.1 413/)
  expect(socket.destroyed).toBe(true)
})

test.each([
  ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'], ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'],
  ['a bad chunk size', 'Transfer-Encoding: chunked\r\n', 'zz\r\nhello\r\n'], ['a negative length', 'Content-Length: -1\r\n', 'hello'],
])('answers %s with 400', async (_name, headers, body) => {
  await using hub = await openTestPlane()
  const socket = hub.open()
  const reading = readText(socket, 2000)
  socket.write(`PUT ${hub.sign(putGrant(Buffer.from('hello')))} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`)
  expect(await reading).toMatch(/^HTTP\/1.1 400/)
})

test('takes a body after 100 Continue', async () => {
  await using hub = await openTestPlane()
  const body = randomBytes(100_000)
  const socket = hub.open()
  const reading = readText(socket, 2000)
  socket.write(`PUT ${hub.sign(putGrant(body))} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`)
  await once(socket, 'data')
  socket.write(body)
  expect(await reading).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
})

test('a path of one kind opens no door of another', async () => {
  await using hub = await openTestPlane()
  const path = await hub.add(randomBytes(10))
  const status = async (url: string, init?: RequestInit): Promise<number> => (await fetch(`http://127.0.0.1:${hub.port}${url}`, init)).status
  expect(await status(path)).toBe(200)
  expect(await status(path.replace('/blob/', '/lfs/'))).toBe(404)
  expect(await status(path.replace('/blob/', '/stage/'))).toBe(404)
  expect(await status(hub.sign(putGrant(Buffer.from('x'))).replace('/lfs/', '/blob/'), { method: 'PUT', body: 'x' })).toBe(404)
})

test('HEAD ignores Range', async () => {
  await using hub = await openTestPlane()
  const answer = await fetch(`http://127.0.0.1:${hub.port}${await hub.add(randomBytes(10))}`, { method: 'HEAD', headers: { range: 'bytes=0-0' } })
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '10'])
})

test('an object shorter than its record cuts the connection instead of hanging', async () => {
  await using hub = await openTestPlane({ wrap: (objects) => ({ ...objects, async open(sha256) {
    const reader = await objects.open(sha256)
    return { sizeBytes: reader.sizeBytes, read: (buffer, length, at) => (at > MIB ? Promise.resolve(0) : reader.read(buffer, length, at)), [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() }
  } }) })
  const path = await hub.add(randomBytes(4 * MIB))
  await expect(fetchWhole(hub, path)).rejects.toThrow()
  await expect.poll(() => hub.failures.length).toBe(1)
})

test('draining waits for what is under way', async () => {
  await using hub = await openTestPlane()
  const body = randomBytes(100_000)
  const socket = hub.open()
  const reading = readText(socket, 3000)
  socket.write(`PUT ${hub.sign(putGrant(body))} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`)
  socket.write(body.subarray(0, 50_000))
  await delay(50)
  const ends: string[] = []
  const drained = hub.plane.drain().then(() => ends.push('drained'))
  await delay(50)
  ends.push('still sending')
  socket.write(body.subarray(50_000))
  expect(await reading).toMatch(/^HTTP\/1.1 200/)
  await drained
  expect(ends).toEqual(['still sending', 'drained'])
})

test.each(['', 'null', '[]', '7', '{"oid":1}', '{"parts":[]}', `{"oid":"${'0'.repeat(64)}","parts":{}}`, '{'.repeat(9999), `${'['.repeat(200_000)}`, '\u0000\u00ff'])('a completion that says %j is refused', async (body) => {
  await using hub = await openTestPlane()
  const data = randomBytes(100)
  const upload = await hub.lfs.openUpload({ id: newId(), repoId: REPO, senderId: SENDER, sha256: sha256Of(data), sizeBytes: 100, partBytes: 100 })
  const path = hub.sign({ kind: 'completeUpload', repoId: REPO, epoch: 1, senderId: SENDER, uploadId: upload.id, sha256: upload.sha256, sizeBytes: 100 })
  const answer = await fetch(`http://127.0.0.1:${hub.port}${path}`, { method: 'POST', body })
  expect([answer.status, hub.failures]).toEqual([400, []])
  expect(answer.headers.get('x-error-message')).toBe((await answer.json() as { error: string }).error)
})

test('frames beyond the bounds are refused before they are read', async () => {
  await using hub = await openTestPlane()
  const stage = async (length: bigint): Promise<number> => {
    const head = Buffer.alloc(8)
    head.writeBigUInt64BE(length)
    const path = hub.sign({ kind: 'stage', repoId: REPO, epoch: 1 })
    return (await fetch(`http://127.0.0.1:${hub.port}${path}`, { method: 'POST', body: head })).status
  }
  expect(await stage(100n * 1024n * 1024n + 1n)).toBe(413)
  expect(await stage(2n ** 64n - 1n)).toBe(413)
  expect(await stage(5n)).toBe(400)
  expect(await stage(0n)).toBe(200)
})

test('noise on the socket stops nothing', async () => {
  await using hub = await openTestPlane()
  const data = randomBytes(300_000)
  const path = await hub.add(data)
  const heads = ['GET ', 'PUT ', 'POST ', 'OPTIONS ', 'HEAD ', '']
  for (let i = 0; i < 150; i += 1) {
    const socket = hub.open()
    const noise = randomBytes(1 + (i * 37) % 400)
    const mangled = path.slice(0, 5 + (i * 7) % path.length) + noise.toString(i % 2 === 0 ? 'latin1' : 'base64url').slice(0, 30) + path.slice(10 + (i * 7) % path.length)
    socket.write(`${heads[i % heads.length]}${i % 3 === 0 ? noise.toString('latin1') : mangled} HTTP/1.1\r\nHost: x\r\nRange: ${['bytes=', 'bytes=-', 'bytes=1-2-3', 'bytes=99999999999999999999-', '\u00ff'][i % 5]}\r\nContent-Length: ${i % 4}\r\n\r\n`, 'latin1')
    socket.write(noise)
    if (i % 5 === 0) await delay(2)
    socket.destroy()
  }
  expect((await fetchWhole(hub, path)).equals(data)).toBe(true)
  expect(hub.failures).toEqual([])
})
