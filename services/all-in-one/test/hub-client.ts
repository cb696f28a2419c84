import { createHash } from 'node:crypto'
import type { RepoKind } from '@hearth/hf-api'

/** An account at a hub, by its access token. */
export interface Client {
  readonly url: string
  readonly token: string | undefined
}

export interface LfsFile {
  readonly oid: string
  readonly size: number
}

export interface SendOptions {
  readonly body?: string | Uint8Array
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const LFS_TYPE = 'application/vnd.git-lfs+json'

/** One request as this account; redirects are not followed. */
export function send(client: Client, method: string, path: string, { body, type = 'application/json', headers = {} }: SendOptions = {}): Promise<Response> {
  return fetch(path.startsWith('http') ? path : `${client.url}${path}`, {
    method, redirect: 'manual', ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    headers: { ...(client.token === undefined ? {} : { authorization: `Bearer ${client.token}` }), ...(body === undefined ? {} : { 'content-type': type }), ...headers },
  })
}

export async function sendOk<T = unknown>(client: Client, method: string, path: string, options: SendOptions = {}): Promise<T> {
  const answer = await send(client, method, path, options)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}

export function lfsFileOf(data: Uint8Array): LfsFile {
  return { oid: createHash('sha256').update(data).digest('hex'), size: data.length }
}

export function pointerOf({ oid, size }: LfsFile): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`
}

export const webPathOf = (kind: RepoKind, id: string): string => `/${kind === 'models' ? '' : `${kind}/`}${id}`

export async function createRepo(client: Client, kind: RepoKind, id: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const [organization, name] = id.split('/')
  await sendOk(client, 'POST', '/api/repos/create', { body: JSON.stringify({ name, organization, type: kind.slice(0, -1), ...(kind === 'spaces' ? { sdk: 'static' } : {}), ...more }) })
}

export function commitBody(lines: readonly unknown[]): SendOptions {
  return { type: 'application/x-ndjson', body: [{ key: 'header', value: { summary: 'change' } }, ...lines].map((line) => JSON.stringify(line)).join('\n') }
}

export const fileLine = (path: string, content: string | Uint8Array): unknown => ({ key: 'file', value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' } })
export const lfsLine = (path: string, file: Partial<LfsFile>): unknown => ({ key: 'lfsFile', value: { path, algo: 'sha256', ...file } })

interface BatchAnswer {
  readonly objects: readonly { readonly oid: string; readonly actions?: { readonly upload?: { readonly href: string }; readonly download?: { readonly href: string } }; readonly error?: { readonly code: number } }[]
}

export function lfsBatch(client: Client, repoPath: string, operation: 'upload' | 'download', file: LfsFile): Promise<Response> {
  return send(client, 'POST', `${repoPath}.git/info/lfs/objects/batch`, { type: LFS_TYPE, body: JSON.stringify({ operation, transfers: ['basic', 'multipart'], objects: [file], hash_algo: 'sha256' }) })
}

/** The address that a batch gives for the object; undefined when it gives none. */
export async function lfsHref(client: Client, repoPath: string, operation: 'upload' | 'download', file: LfsFile): Promise<string | undefined> {
  const answer = await lfsBatch(client, repoPath, operation, file)
  if (!answer.ok) throw new Error(`batch: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as BatchAnswer).objects[0]?.actions?.[operation]?.href
}

/** Sends the bytes, and commits them at `path` unless that is undefined. */
export async function uploadLfs(client: Client, kind: RepoKind, id: string, { data, path }: { readonly data: Uint8Array; readonly path: string | undefined }): Promise<LfsFile> {
  const file = lfsFileOf(data)
  const href = await lfsHref(client, webPathOf(kind, id), 'upload', file)
  if (href !== undefined) {
    const put = await fetch(href, { method: 'PUT', body: new Uint8Array(data) })
    if (!put.ok) throw new Error(`PUT: ${put.status} ${await put.text()}`)
  }
  if (path !== undefined) await sendOk(client, 'POST', `/api/${kind}/${id}/commit/main`, commitBody([lfsLine(path, file)]))
  return file
}
