import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'

/** A minimal client of the Hub's wire format, for load and crash tests where an interpreter per call is too slow. */
export interface Session {
  readonly url: string
  readonly token?: string
}

export interface LfsRef {
  readonly oid: string
  readonly size: number
}

export type CommitFile =
  | { readonly path: string; readonly content: Buffer }
  | { readonly path: string; readonly lfs: LfsRef }
  | { readonly path: string; readonly isDeleted: true }

export class HubStatusError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function call(session: Session, method: string, path: string, body?: string | Buffer, type = 'application/json'): Promise<Response> {
  const headers: Record<string, string> = session.token === undefined ? {} : { authorization: `Bearer ${session.token}` }
  if (body !== undefined) headers['content-type'] = type
  return fetch(`${session.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }), redirect: 'follow', signal: AbortSignal.timeout(60_000) })
}

async function okJson<T>(answer: Response): Promise<T> {
  const text = await answer.text()
  if (!answer.ok) throw new HubStatusError(answer.status, `${answer.status} ${answer.url}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as T
}

export async function createRepo(session: Session, id: string, extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const [organization, name] = id.split('/')
  await okJson(await call(session, 'POST', '/api/repos/create', JSON.stringify({ name, organization, ...extra })))
}

interface CommitAnswer {
  readonly commitOid: string
}

export interface RawCommit {
  readonly lines: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly parentCommit?: string
  readonly kind?: 'models' | 'datasets'
  readonly query?: string
}

/** One commit on `main` with these lines as they are; answers whatever the hub says. */
export async function postCommit(session: Session, id: string, { lines, parentCommit, kind = 'models', query = '' }: RawCommit): Promise<Response> {
  const header = { key: 'header', value: { summary: 'as it is', description: '', ...(parentCommit === undefined ? {} : { parentCommit }) } }
  const body = [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
  return call(session, 'POST', `/api/${kind}/${id}/commit/main${query}`, body, 'application/x-ndjson')
}

export function fileLine(path: string, content: Buffer | string): RawCommit['lines'][number] {
  return { key: 'file', value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' } }
}

export async function json<T>(answer: Response): Promise<T> {
  return okJson<T>(answer)
}

/** Bytes of a file by its plain address, through whatever redirect. */
export async function bytesAt(session: Session, path: string): Promise<Buffer> {
  const answer = await call(session, 'GET', path)
  if (!answer.ok) throw new HubStatusError(answer.status, `${answer.status} ${path}`)
  return Buffer.from(await answer.arrayBuffer())
}

/** One commit on `main` of a model; answers its id. */
export async function commitFiles(session: Session, id: string, files: readonly CommitFile[], parentCommit?: string): Promise<string> {
  const lines: unknown[] = [{ key: 'header', value: { summary: `commit of ${files.length}`, description: '', ...(parentCommit === undefined ? {} : { parentCommit }) } }]
  for (const file of files) lines.push(lineOf(file))
  const body = lines.map((line) => JSON.stringify(line)).join('\n') + '\n'
  const answer = await okJson<CommitAnswer>(await call(session, 'POST', `/api/models/${id}/commit/main`, body, 'application/x-ndjson'))
  return answer.commitOid
}

function lineOf(file: CommitFile): unknown {
  if ('content' in file) return { key: 'file', value: { path: file.path, content: file.content.toString('base64'), encoding: 'base64' } }
  if ('lfs' in file) return { key: 'lfsFile', value: { path: file.path, algo: 'sha256', oid: file.lfs.oid, size: file.lfs.size } }
  return { key: 'deletedFile', value: { path: file.path } }
}

interface BatchAnswer {
  readonly objects: readonly { readonly actions?: { readonly upload?: { readonly href: string; readonly header?: Readonly<Record<string, string>> } } }[]
}

/** Sends one large object by git-lfs, in parts when the hub asks for them. */
export async function uploadLarge(session: Session, id: string, data: Buffer): Promise<LfsRef> {
  const lfs = { oid: createHash('sha256').update(data).digest('hex'), size: data.length }
  return sendObject(session, id, { lfs, slice: async (start, end) => new Blob([new Uint8Array(data.subarray(start, end))]) })
}

/** The same from a file, which is never whole in memory. */
export async function uploadLargeFile(session: Session, id: string, file: LfsRef & { readonly path: string }): Promise<LfsRef> {
  const lfs = { oid: file.oid, size: file.size }
  const blob = await openAsBlob(file.path)
  return sendObject(session, id, { lfs, slice: async (start, end) => blob.slice(start, end) })
}

interface Source {
  readonly lfs: LfsRef
  slice(start: number, end: number): Promise<Blob>
}

async function sendObject(session: Session, id: string, { lfs, slice }: Source): Promise<LfsRef> {
  const request = JSON.stringify({ operation: 'upload', transfers: ['basic', 'multipart'], objects: [lfs], hash_algo: 'sha256' })
  const batch = await okJson<BatchAnswer>(await call(session, 'POST', `/${id}.git/info/lfs/objects/batch`, request, 'application/vnd.git-lfs+json'))
  const upload = batch.objects[0]?.actions?.upload
  if (upload === undefined) return lfs
  const partSize = Number(upload.header?.['chunk_size'] ?? 0)
  if (partSize === 0) {
    await expectOk(await fetch(upload.href, { method: 'PUT', body: await slice(0, lfs.size) }))
    return lfs
  }
  const parts = []
  for (let number = 1, at = 0; at < lfs.size; number += 1, at += partSize) {
    const href = partHref(upload.header, number)
    const answer = await expectOk(await fetch(href, { method: 'PUT', body: await slice(at, Math.min(lfs.size, at + partSize)) }))
    parts.push({ partNumber: number, etag: answer.headers.get('etag') })
  }
  await expectOk(await fetch(upload.href, { method: 'POST', headers: { 'content-type': 'application/vnd.git-lfs+json' }, body: JSON.stringify({ oid: lfs.oid, parts }) }))
  return lfs
}

function partHref(header: Readonly<Record<string, string>> | undefined, number: number): string {
  const entry = Object.entries(header ?? {}).find(([key]) => /^\d+$/.test(key) && Number(key) === number)
  if (entry === undefined) throw new Error(`no address for part ${number}`)
  return entry[1]
}

async function expectOk(answer: Response): Promise<Response> {
  if (!answer.ok) throw new HubStatusError(answer.status, `${answer.status} ${new URL(answer.url).pathname.slice(0, 12)}: ${(await answer.text()).slice(0, 300)}`)
  return answer
}
