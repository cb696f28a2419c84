import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HearthError } from '@hearth/errors'
import { describe, expect, test } from 'vitest'
import type { StagedFile } from '../domain/ports.ts'
import { createHttpDataPlane } from './data-plane.http.ts'

const SIGNAL = new AbortController().signal

async function listen(answer: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function* files(...contents: readonly string[]): AsyncGenerator<StagedFile, void, undefined> {
  for (const content of contents) yield { sizeBytes: Buffer.byteLength(content), bytes: [Buffer.from(content)] }
}

describe('the data plane over HTTP', () => {
  test('frames the files and answers their blobs in order', async () => {
    let received = Buffer.alloc(0)
    await using peer = await listen(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
      received = Buffer.concat(chunks)
      res.end('{"blobs":[{"oid":"a","size":2},{"oid":"b","size":0}]}')
    })
    using plane = createHttpDataPlane({ baseUrl: peer.url, idleTimeoutMs: 5000 })
    expect(await plane.stage('/-/stage/t', files('hi', ''), SIGNAL)).toEqual([{ oid: 'a', size: 2 }, { oid: 'b', size: 0 }])
    expect(received.toString('hex')).toBe('000000000000000268690000000000000000')
  })

  test('tells what the files threw, not the broken connection', async () => {
    await using peer = await listen((req) => { req.resume() })
    using plane = createHttpDataPlane({ baseUrl: peer.url, idleTimeoutMs: 5000 })
    const dying = async function* (): AsyncGenerator<StagedFile, void, undefined> {
      yield* files('one')
      throw new HearthError('INVALID_ARGUMENT', 'line 3: bad')
    }
    await expect(plane.stage('/-/stage/t', dying(), SIGNAL)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT', message: 'line 3: bad' })
  })

  test.each([[403, 'LINK_EXPIRED'], [413, 'TOO_LARGE'], [507, 'DISK_FULL'], [500, 'UNAVAILABLE']])('maps %i to %s', async (status, reason) => {
    await using peer = await listen((req, res) => {
      req.resume()
      res.writeHead(status).end('{"error":"why"}')
    })
    using plane = createHttpDataPlane({ baseUrl: peer.url, idleTimeoutMs: 5000 })
    await expect(plane.stage('/-/stage/t', files('x'), SIGNAL)).rejects.toMatchObject({ reason, message: 'why' })
  })

  test('says UNAVAILABLE when nobody listens, DEADLINE_EXCEEDED when nobody answers', async () => {
    using none = createHttpDataPlane({ baseUrl: 'http://127.0.0.1:1', idleTimeoutMs: 5000 })
    await expect(none.stage('/-/stage/t', files('x'), SIGNAL)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    await using peer = await listen((req) => { req.resume() })
    using slow = createHttpDataPlane({ baseUrl: peer.url, idleTimeoutMs: 100 })
    await expect(slow.stage('/-/stage/t', files('x'), SIGNAL)).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' })
  })

  test('passes a ranged read through, its own headers below those of the peer', async () => {
    await using peer = await listen((req, res) => {
      res.writeHead(206, { 'content-range': 'bytes 0-1/5', 'content-length': 2, 'content-type': 'text/x', 'x-range': String(req.headers.range) }).end('he')
    })
    using plane = createHttpDataPlane({ baseUrl: peer.url, idleTimeoutMs: 5000 })
    await using front = await listen((req, res) => void plane.serve(req, res, { dataPath: '/-/blob/t', headers: { 'x-repo-commit': 'c', 'content-type': 'text/plain' } }))
    const answer = await fetch(front.url, { headers: { range: 'bytes=0-1' } })
    expect([answer.status, await answer.text(), answer.headers.get('x-repo-commit'), answer.headers.get('content-type'), answer.headers.get('x-range')]).toEqual([206, 'he', 'c', 'text/x', 'bytes=0-1'])
  })
})
