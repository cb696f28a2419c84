import { createHash, randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { bytesAt, call, commitFiles, createRepo, fileLine, json, postCommit, uploadLarge, type LfsRef, type Session } from '../harness/hub-client.ts'
import { startHub, type Hub } from '../harness/hub.ts'
import { needProgram } from '../harness/programs.ts'
import { expectOk, needLane, openLane, run } from '../harness/python.ts'
import { requestsSince } from '../harness/request-log.ts'
import { pagesOf } from '../harness/whole-repos.ts'

const LFS_TYPE = 'application/vnd.git-lfs+json'
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
const pointerTo = ({ oid, size }: LfsRef): string => `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`

interface BatchObject {
  readonly oid: string
  readonly actions?: { readonly upload?: { readonly href: string }; readonly download?: { readonly href: string } }
  readonly error?: { readonly code: number }
}

let hub: Hub
let me: Session
let bo: Session
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP })
  me = { url: hub.url, token: TOKENS.ana }
  bo = { url: hub.url, token: TOKENS.bo }
})
afterAll(async () => { await hub[Symbol.asyncDispose]() })

const batch = async (session: Session, id: string, operation: string, objects: readonly LfsRef[]): Promise<Response> =>
  call(session, 'POST', `/${id}.git/info/lfs/objects/batch`, JSON.stringify({ operation, transfers: ['basic'], objects, hash_algo: 'sha256' }), LFS_TYPE)

async function uploadHref(id: string, object: LfsRef): Promise<string> {
  const { objects } = await json<{ objects: BatchObject[] }>(await batch(me, id, 'upload', [object]))
  return objects[0]?.actions?.upload?.href ?? ''
}

describe("a client whose clock is wrong", () => {
  test.for(['+2h', '-2h'])('uploads and downloads at %s', { timeout: 60_000 }, async (offset, { skip }) => {
    needLane('c', skip)
    needProgram('faketime', skip)
    const repo = `ana/clock${offset.replace('+', '-ahead-').replace('-2', '-behind-2')}`
    await createRepo(me, repo)
    await using lane = await openLane('c', { endpoint: hub.url, token: TOKENS.ana, timeoutMs: 40_000 })
    const mark = (await hub.log()).length
    const script = `from huggingface_hub import HfApi, hf_hub_download as get; import os; d = os.urandom(5 << 20)\nHfApi().upload_file(path_or_fileobj=d, path_in_repo='m.bin', repo_id='${repo}')\nassert open(get('${repo}', 'm.bin'), 'rb').read() == d`
    expectOk(await run(['faketime', '-f', offset, join(lane.bin, 'python'), '-c', script], lane.env, 40_000))
    const requests = await requestsSince(hub, mark)
    expect(requests.filter((one) => one.path.endsWith('/objects/batch')).length).toBeLessThanOrEqual(3)
  })

  test('is never told a moment alone at which an address ends', async () => {
    await createRepo(me, 'ana/expiry')
    const answer = await (await batch(me, 'ana/expiry', 'upload', [{ oid: sha256(Buffer.from('x')), size: 1 }])).text()
    if (answer.includes('expires_at')) expect(answer).toContain('expires_in')
  })
})

describe('pointer text as a file', () => {
  const secret = randomBytes(50_000)
  const own = randomBytes(40_000)
  let foreign: LfsRef
  let known: LfsRef
  beforeAll(async () => {
    await createRepo(bo, 'bo/private', { private: true })
    foreign = await uploadLarge(bo, 'bo/private', secret)
    await commitFiles(bo, 'bo/private', [{ path: 'secret.bin', lfs: foreign }])
    await createRepo(me, 'ana/pointers')
    known = await uploadLarge(me, 'ana/pointers', own)
    await commitFiles(me, 'ana/pointers', [{ path: 'own.bin', lfs: known }])
  })
  const put = (path: string, text: string): Promise<Response> => postCommit(me, 'ana/pointers', { lines: [fileLine(path, text)] })

  test('to an object of another repo gives neither its bytes nor a sign of it', async () => {
    const absent = { oid: sha256(randomBytes(8)), size: foreign.size }
    const outcome = async (object: LfsRef, path: string): Promise<unknown[]> => {
      const answer = await put(path, pointerTo(object))
      const body = answer.status === 200 ? (await bytesAt(me, `/ana/pointers/resolve/main/${path}`)).toString() : await answer.text()
      expect(body.includes(secret.toString())).toBe(false)
      return [answer.status, body.replaceAll(object.oid, 'OID').replaceAll(path, 'PATH')]
    }
    expect(await outcome(foreign, 'foreign.bin')).toEqual(await outcome(absent, 'absent.bin'))
    const asLfs = (object: LfsRef): Promise<Response> => postCommit(me, 'ana/pointers', { lines: [{ key: 'lfsFile', value: { path: 'take.bin', algo: 'sha256', ...object } }] })
    const [taken, missing] = [await asLfs(foreign), await asLfs(absent)]
    expect(taken.status).toBeGreaterThanOrEqual(400)
    expect(taken.status).toBe(missing.status)
    const downloads = await json<{ objects: BatchObject[] }>(await batch(me, 'ana/pointers', 'download', [foreign, absent]))
    expect(downloads.objects.map((one) => [one.actions, one.error?.code])).toEqual([[undefined, 404], [undefined, 404]])
  })

  test.each([
    ['with CRLF', (): string => pointerTo(known).replaceAll('\n', '\r\n')], ['with 1,100 bytes more', (): string => `${pointerTo(known)}${'x-line yes\n'.repeat(100)}`],
    ['of size 0', (): string => pointerTo({ oid: sha256(Buffer.alloc(0)), size: 0 })], ['with spaces before it', (): string => ` ${pointerTo(known)}`],
  ])('%s is plain text', async (what, text) => {
    const path = `plain/${what.replaceAll(' ', '-')}.txt`
    expect((await put(path, text())).status).toBe(200)
    expect((await bytesAt(me, `/ana/pointers/resolve/main/${path}`)).toString()).toBe(text())
    const [entry] = await json<{ size: number; lfs?: unknown }[]>(await call(me, 'POST', '/api/models/ana/pointers/paths-info/main', new URLSearchParams({ paths: path }).toString(), 'application/x-www-form-urlencoded'))
    expect(entry).toMatchObject({ size: Buffer.byteLength(text()) })
    expect(entry?.lfs).toBeUndefined()
  })

  test('to an object of the same repo is a large file', async () => {
    expect((await put('again.bin', pointerTo(known))).status).toBe(200)
    expect((await bytesAt(me, '/ana/pointers/resolve/main/again.bin')).equals(own)).toBe(true)
    expect((await pagesOf<{ path: string; lfs?: { oid: string } }>(me, '/api/models/ana/pointers/tree/main')).find((entry) => entry.path === 'again.bin')?.lfs?.oid).toBe(known.oid)
  })
})

describe('bodies and headers that proxies rewrite', () => {
  const data = randomBytes(300_000)
  const object = { oid: sha256(data), size: data.length }
  beforeAll(async () => { await createRepo(me, 'ana/bodies') })

  const curl = async (href: string, body: string, ...args: string[]): Promise<string> => {
    const done = await run(['bash', '-c', `${body} | curl -sS -o /dev/null -w '%{http_code} %{size_upload}' --max-time 30 -T - ${args.join(' ')} '${href}'`], { PATH: process.env['PATH'] ?? '' }, 40_000)
    return `${done.stdout} ${done.stderr}`
  }
  const isVisible = async (): Promise<boolean> => (await json<{ objects: BatchObject[] }>(await batch(me, 'ana/bodies', 'download', [object]))).objects[0]?.actions !== undefined
  const leftovers = async (): Promise<string[]> => (await readdir(join(hub.dataDir, 'data', 'storage'), { recursive: true })).filter((name) => /(?:staging|uploads)\/./.test(name))

  test.each([
    ['one byte more', 'head -c 300001 /dev/zero'], ['other bytes', 'head -c 300000 /dev/zero'], ['one byte less', 'head -c 299999 /dev/zero'], ['an endless stream', 'cat /dev/zero'],
  ])('%s is refused soon and leaves nothing', { timeout: 60_000 }, async (_what, body) => {
    const [status, sent] = (await curl(await uploadHref('ana/bodies', object), body)).split(' ')
    expect(Number(status)).toBeGreaterThanOrEqual(400)
    expect(Number(status)).toBeLessThan(500)
    // What the sockets hold counts as sent.
    expect(Number(sent)).toBeLessThan(object.size + 16 * 1024 * 1024)
    expect(await isVisible()).toBe(false)
    await expect.poll(leftovers).toEqual([])
  })

  test('both lengths at once are refused', async () => {
    const href = new URL(await uploadHref('ana/bodies', object))
    const socket = connect(Number(href.port), href.hostname)
    socket.write(`PUT ${href.pathname} HTTP/1.1\r\nHost: ${href.host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n`)
    let head = ''
    for await (const chunk of socket) {
      head += String(chunk)
      if (head.includes('\r\n')) break
    }
    expect(head).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('a chunked body of the right bytes is taken, and given whatever is accepted', async () => {
    const file = join(hub.dataDir, 'body.bin')
    await writeFile(file, data)
    expect(await curl(await uploadHref('ana/bodies', object), `cat '${file}'`)).toMatch(/^200 /)
    expect(await isVisible()).toBe(true)
    await commitFiles(me, 'ana/bodies', [{ path: 'm.bin', lfs: object }])
    const href = (await json<{ objects: BatchObject[] }>(await batch(me, 'ana/bodies', 'download', [object]))).objects[0]?.actions?.download?.href ?? ''
    for (const url of [href, `${hub.url}/ana/bodies/resolve/main/m.bin`]) {
      const answer = await fetch(url, { headers: { accept: 'application/vnd.git-lfs', authorization: `Bearer ${TOKENS.ana}` } })
      expect(answer.status).toBe(200)
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(object.oid)
    }
  })

  test('verify tells a part of the truth from the whole', async () => {
    const verify = (size: number): Promise<Response> => call(me, 'POST', '/ana/bodies.git/info/lfs/objects/verify', JSON.stringify({ oid: object.oid, size }), LFS_TYPE)
    expect((await verify(object.size)).status).toBe(200)
    expect((await verify(object.size - 1)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('a lock check before a push', () => {
  const verify = (token: string | undefined): Promise<Response> =>
    call({ url: hub.url, ...(token === undefined ? {} : { token }) }, 'POST', '/ana/locks.git/info/lfs/locks/verify', '{"ref":{"name":"refs/heads/main"}}', LFS_TYPE)
  beforeAll(async () => { await createRepo(me, 'ana/locks') })

  test.each([['a write token', TOKENS.ana], ['a read token', TOKENS.anaRead], ['no token', undefined]])('with %s is never asked for another credential', async (_what, token) => {
    expect([200, 404, 501]).toContain((await verify(token)).status)
  })
})
