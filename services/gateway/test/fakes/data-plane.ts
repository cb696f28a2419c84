import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DataPlane, StagedBlob, StagedFile } from '../../src/domain/ports.ts'
import { gitOid, pointerOf, type FakeRepo, type World } from './world.ts'

/** Blobs with ranges, LFS PUT, and staging, without signatures. */
export function createFakeDataPlane(world: World): DataPlane<IncomingMessage, ServerResponse> & { handle(req: IncomingMessage, res: ServerResponse): Promise<void> } {
  return {
    async serve(req, res, { dataPath, headers }) {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      req.url = dataPath
      await this.handle(req, res)
    },
    async handle(req, res) {
      const [, , kind, repoId = '', key = '', path = ''] = (req.url ?? '').split('/')
      const repo = world.repos.find(({ id }) => id === repoId)
      if (kind === 'stage') return takeFrames(req, res, repoId)
      if (req.method === 'GET') return sendRange(req, res, kind === 'blob' || kind === 'raw' ? blobOf({ repo, isRaw: kind === 'raw' }, key, path) : repo?.lfsObjects.get(key))
      return takeObject(req, res, (content) => repo?.lfsObjects.set(key, content))
    },
    async stage(stagingPath, files) {
      return stageInto(stagingPath.split('/').at(-1) ?? '', files)
    },
  }

  async function stageInto(repoId: string, files: AsyncIterable<StagedFile>): Promise<StagedBlob[]> {
    const repo = world.repos.find(({ id }) => id === repoId)
    const blobs: StagedBlob[] = []
    for await (const { sizeBytes, bytes } of files) {
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      const content = Buffer.concat(chunks)
      if (content.length !== sizeBytes) throw new Error('a frame has another length')
      const oid = gitOid('blob', content)
      repo?.staged.set(oid, content)
      blobs.push({ oid, size: content.length })
    }
    return blobs
  }

  async function takeFrames(req: IncomingMessage, res: ServerResponse, repoId: string): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const all = Buffer.concat(chunks)
    const blobs = await stageInto(repoId, (async function* () {
      for (let at = 0; at < all.length;) {
        const size = Number(all.readBigUInt64BE(at))
        yield { sizeBytes: size, bytes: [all.subarray(at + 8, at + 8 + size)] }
        at += 8 + size
      }
    })())
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ blobs }))
  }
}

function blobOf({ repo, isRaw }: { readonly repo: FakeRepo | undefined; readonly isRaw: boolean }, sha: string, path: string): Buffer | undefined {
  const file = repo?.commits.get(sha)?.files.get(decodeURIComponent(path))
  return isRaw && file?.lfs !== undefined ? pointerOf(file.content) : file?.content
}

async function takeObject(req: IncomingMessage, res: ServerResponse, take: (content: Buffer) => void): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  take(Buffer.concat(chunks))
  res.writeHead(200).end()
}

function sendRange(req: IncomingMessage, res: ServerResponse, content: Buffer | undefined): void {
  if (content === undefined) return void res.writeHead(404).end()
  const match = /^bytes=(\d*)-(\d*)$/.exec(req.headers.range ?? '')
  if (match === null) return void res.writeHead(200, { 'content-length': content.length }).end(content)
  const [, first, last] = match
  const start = first === '' ? Math.max(0, content.length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? content.length : Math.min(content.length, Number(last) + 1)
  if (start >= content.length) return void res.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
  res.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${content.length}`, 'content-length': end - start }).end(content.subarray(start, end))
}
