import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadFile } from '@huggingface/hub'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { hashTree, writeSafetensors, writeSmallFiles } from '../harness/files.ts'
import { bytesAt, call, commitFiles, createRepo, json, uploadLarge, type Session } from '../harness/hub-client.ts'
import { inheritedEnv, startHub, type Hub } from '../harness/hub.ts'
import { startNginx, type Nginx } from '../harness/nginx.ts'
import { findProgram, needProgram } from '../harness/programs.ts'
import { expectOk, needLane, openLane, run } from '../harness/python.ts'

let hub: Hub
let work: string
let nginx: Nginx | undefined
beforeAll(async () => {
  hub = await startHub({ bootstrap: BOOTSTRAP, env: { HEARTH_TRUSTED_PROXIES: '127.0.0.1' } })
  const program = findProgram('nginx')
  nginx = program === undefined ? undefined : await startNginx(program, hub.url)
  work = await mkdtemp(join(tmpdir(), 'hearth-network-'))
  const me = { url: hub.url, token: TOKENS.ana }
  for (const [id, extra] of [['ana/m', {}], ['ana/d', { type: 'dataset' }], ['ana/hidden', { private: true }]] as const) await createRepo(me, id, extra)
  const files = await Promise.all(Object.entries(LARGE).map(async ([path, data]) => ({ path, lfs: await uploadLarge(me, 'ana/m', data) })))
  await commitFiles(me, 'ana/m', [...files, ...Object.entries(SMALL).map(([path, content]) => ({ path, content }))])
  await call(me, 'POST', '/api/datasets/ana/d/commit/main', [{ key: 'header', value: { summary: 's', description: '' } },
    { key: 'file', value: { path: 'a b/x.parquet', content: Buffer.from('PAR1').toString('base64'), encoding: 'base64' } }].map((line) => `${JSON.stringify(line)}\n`).join(''), 'application/x-ndjson')
})
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
  await rm(work, { recursive: true, force: true })
})

const CJK = '漢'.repeat(80)
const LARGE: Readonly<Record<string, Buffer>> = { 'l/ein Café.bin': randomBytes(2_000_000), 'l/quo"te.bin': randomBytes(1_200_000), [`l/${CJK}.bin`]: randomBytes(1_100_000) }
const SMALL: Readonly<Record<string, Buffer>> = {
  'five.txt': Buffer.from('fives'), 'config.json': Buffer.from(JSON.stringify({ a: 'x'.repeat(590) })), 'three.json': Buffer.from(JSON.stringify({ a: 'x'.repeat(3_000_000) })), empty: Buffer.alloc(0),
  'a b/#1?&.txt': Buffer.from('odd'), '100%.txt': Buffer.from('percent'), 'p%2Fq.txt': Buffer.from('literal'), 'dir/semi;colon.txt': Buffer.from('semi'), 'ü/é.txt': Buffer.from('umlaut'),
}
const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A request whose path and headers go out exactly as given. */
function raw(base: string, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const { hostname, port } = new URL(base)
  const req = httpRequest({ hostname, port, path, method, headers, agent: false }, (res) => {
    const chunks: Buffer[] = []
    res.on('data', (chunk: Buffer) => chunks.push(chunk))
    res.once('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }))
    res.once('error', reject)
  })
  req.once('error', reject)
  req.end()
  return promise
}

/** The same, following the hub's redirect to the bytes. */
async function follow(base: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  const answer = await raw(base, path, headers)
  const { location } = answer.headers
  return answer.status === 302 && location !== undefined ? raw(base, location.replace(base, ''), headers) : answer
}

describe.each(['straight', 'through nginx'] as const)('%s', (way) => {
  let base: string
  beforeEach(({ skip }) => {
    if (way === 'through nginx' && nginx === undefined) needProgram('nginx', skip)
    base = way === 'straight' ? hub.url : (nginx?.url ?? '')
  })

  test('every file is found by its address, with its slashes plain or encoded', async () => {
    for (const [path, content] of Object.entries({ ...SMALL, ...LARGE })) {
      for (const spelled of [`/ana/m/resolve/main/${encode(path)}`, `/ana/m/resolve/main/${encodeURIComponent(path)}`, `/ana%2Fm/resolve/main/${encodeURIComponent(path)}`]) {
        const answer = await follow(base, spelled)
        expect(answer.status, spelled).toBe(200)
        expect(sha(answer.body), spelled).toBe(sha(content))
      }
    }
  })

  test('ids, folders and revisions are found with their slashes encoded', async () => {
    const plain = await raw(base, '/api/datasets/ana/d/tree/main')
    for (const path of ['/api/datasets/ana%2Fd/tree/main/', '/api/datasets/ana%2Fd/tree/main', '/api/datasets/ana%2fd/tree/main']) {
      const answer = await raw(base, path)
      expect([answer.status, answer.body.toString()]).toEqual([200, plain.body.toString()])
    }
    for (const entry of JSON.parse(plain.body.toString()) as { size: unknown }[]) expect(typeof entry.size).toBe('number')
    expect((await raw(base, '/api/datasets/ana%2Fd/tree/main/a%20b')).body.toString()).toBe((await raw(base, '/api/datasets/ana/d/tree/main/a%20b')).body.toString())
    expect((await follow(base, '/datasets/ana%2Fd/resolve/main/a%20b%2Fx.parquet')).body.toString()).toBe('PAR1')
    expect((await raw(base, '/datasets/ana/d/resolve/main/a%20b', {}, 'HEAD')).status).toBe(404)
    const converted = await raw(base, '/api/datasets/ana%2Fd/tree/~parquet/default')
    expect([200, 404]).toContain(converted.status)
    if (converted.status === 404) expect([converted.headers['x-error-code'], typeof JSON.parse(converted.body.toString())]).toEqual(['RevisionNotFound', 'object'])
    expect((await raw(base, '/api/models/ana/m/tree/refs%2Fheads%2Fmain')).status).toBe(200)
  })

  test.each([['config.json', 1], ['three.json', 1], ['l/ein Café.bin', 1]])('a range of %s is not compressed away', async (path) => {
    const headers = { range: 'bytes=0-0', 'accept-encoding': 'gzip, br, zstd' }
    const first = await raw(base, `/ana/m/resolve/main/${encode(path)}`, headers)
    expect(first.headers['x-repo-commit']).toMatch(/^[0-9a-f]{40}$/)
    expect(first.headers['etag'] ?? first.headers['x-linked-etag']).toBeDefined()
    const answer = await follow(base, `/ana/m/resolve/main/${encode(path)}`, headers)
    const size = (SMALL[path] ?? LARGE[path])?.length
    expect([answer.status, answer.headers['content-range'], answer.headers['content-encoding'], answer.body.length]).toEqual([206, `bytes 0-0/${size}`, undefined, 1])
  })

  test('a range of an empty file is answered so that every client gets it', async ({ skip }) => {
    const answer = await follow(base, '/ana/m/resolve/main/empty', { range: 'bytes=0-0', 'accept-encoding': 'gzip' })
    if (answer.status === 416) expect(answer.headers['content-range']).toBe('bytes */0')
    else expect([answer.status, answer.body.length]).toEqual([200, 0])
    expect(await (await downloadFile({ hubUrl: base, repo: 'ana/m', path: 'empty' }))?.text()).toBe('')
    needLane('a', skip)
    await using lane = await openLane('a', { endpoint: base })
    expectOk(await lane.exec('python', ['-c', 'from huggingface_hub import hf_hub_download as get, HfFileSystem; assert open(get("ana/m", "empty")).read() == ""; assert HfFileSystem().open("ana/m/empty").read() == b""']))
  })

  test('HEAD tells the whole length, uncompressed, unchunked', async () => {
    const answer = await raw(base, '/ana/m/resolve/main/three.json', { 'accept-encoding': 'gzip' }, 'HEAD')
    expect([answer.status, answer.headers['content-length'], answer.headers['content-encoding'], answer.headers['transfer-encoding']]).toEqual([200, String(SMALL['three.json']?.length), undefined, undefined])
  })

  test('addresses in answers are those that the client used', async () => {
    const session: Session = { url: base, token: TOKENS.ana }
    const name = `made-${way.replaceAll(' ', '-')}`
    const { url } = await json<{ url: string }>(await call(session, 'POST', '/api/repos/create', JSON.stringify({ name, organization: 'ana' })))
    expect(url).toBe(`${base}/ana/${name}`)
    const listed = await raw(base, '/api/models?limit=1')
    expect(listed.headers['link']).toContain(`<${base}/api/models?`)
    // A deletion has a body.
    expect((await call(session, 'DELETE', '/api/repos/delete', JSON.stringify({ name, organization: 'ana' }))).status).toBe(200)
    expect((await call(session, 'GET', `/api/models/ana/${name}`)).status).toBe(404)
  })

  test('the newest client uploads a folder with a 150 MB file and gets every byte back', { timeout: 120_000 }, async ({ skip }) => {
    needLane('a', skip)
    const source = join(work, `source-${way}`)
    await mkdir(source, { recursive: true })
    await writeSafetensors(join(source, 'model.safetensors'), 150_000_000)
    await writeSmallFiles(source, 40)
    await writeFile(join(source, 'a #b?%2F.txt'), 'odd name')
    await using lane = await openLane('a', { endpoint: base, token: TOKENS.ana, timeoutMs: 100_000 })
    const id = `ana/folder-${way.replaceAll(' ', '-')}`
    expectOk(await lane.hf(['upload', id, source, '.']))
    expectOk(await lane.hf(['download', id, '--local-dir', join(work, `back-${way}`)]))
    const { ['.gitattributes']: _attributes, ...back } = await hashTree(join(work, `back-${way}`))
    expect(back).toEqual(await hashTree(source))
    await rm(source, { recursive: true })
    await rm(join(work, `back-${way}`), { recursive: true })
  })

  test('an endless upload does not fill the proxy, and an error answer arrives in mid-upload', { timeout: 60_000 }, async () => {
    const session: Session = { url: base, token: TOKENS.ana }
    const object = { oid: '0'.repeat(64), size: 500_000 }
    const { objects } = await json<{ objects: { actions: { upload: { href: string } } }[] }>(await call(session, 'POST', '/ana/m.git/info/lfs/objects/batch',
      JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [object], hash_algo: 'sha256' }), 'application/vnd.git-lfs+json'))
    const href = objects[0]?.actions.upload.href ?? ''
    expect(href.startsWith(`${base}/`)).toBe(true)
    const done = await run(['bash', '-c', `cat /dev/zero | curl -sS -o /dev/null -w '%{http_code}' --max-time 40 -T - '${href}'`], inheritedEnv(), 50_000)
    expect(done.stdout).toMatch(/^4\d\d$/)
  })

  const saves = async (argv: readonly string[], path: string): Promise<string[]> => {
    const dir = await mkdtemp(join(work, 'save-'))
    const done = await run([...argv, `${base}/ana/m/resolve/main/${encode(path)}`], { ...inheritedEnv(), LC_ALL: 'C.UTF-8' }, 30_000, dir)
    expect(done.code, `${done.stdout}${done.stderr}`).toBe(0)
    // A tool may cut a long name in the middle of a character: such a name is no text.
    const names = await readdir(dir, { encoding: 'buffer' })
    expect(sha(await readFile(Buffer.concat([Buffer.from(`${dir}/`), ...names])))).toBe(sha(SMALL[path] ?? LARGE[path] ?? Buffer.alloc(0)))
    return names.map(String)
  }
  test.for([['aria2c', 'aria2', ['-q', '--allow-overwrite']], ['curl', 'curl', ['-sSOJL']], ['wget', 'wget', ['-q', '--content-disposition']]] as const)('%s saves files under their names', { timeout: 60_000 }, async ([program, debianPackage, args], { skip }) => {
    needProgram(program, skip, debianPackage)
    expect(await saves([program, ...args], 'five.txt')).toEqual(['five.txt'])
    // curl and wget take the plain fallback of the name, aria2 the real one.
    expect((await saves([program, ...args], 'l/ein Café.bin'))[0]).toMatch(/^ein Caf.{1,9}\.bin$/)
    expect((await saves([program, ...args], 'l/quo"te.bin'))[0]).toMatch(/^quo.{1,3}te\.bin$/)
    expect(await saves([program, ...args], `l/${CJK}.bin`)).toHaveLength(1)
  })

  test('the name in the header has a fallback and no trailing semicolon', async () => {
    for (const path of Object.keys(LARGE)) {
      const header = (await follow(base, `/ana/m/resolve/main/${encode(path)}`, { range: 'bytes=0-0' })).headers['content-disposition'] ?? ''
      expect(header).toMatch(/^(?:inline|attachment); filename="[\x20-\x21\x23-\x7e]*"; filename\*=UTF-8''[^;"]+$/)
      expect(decodeURIComponent(header.slice(header.indexOf("''") + 2))).toBe(path.slice(2))
    }
  })

  const PAGE = { origin: 'http://app.example:3000' }
  test.each([
    ['a small file', '/ana/m/resolve/main/config.json', 200], ['a large file', `/ana/m/resolve/main/${encode('l/ein Café.bin')}`, 200], ['a missing file', '/ana/m/resolve/main/none', 404],
    ['a private file', '/ana/hidden/resolve/main/x', 401], ['a listing', '/api/models/ana/m/tree/main?limit=1', 200], ['an unknown address', '/api/nothing/here', 404],
  ])('%s may be read by a page of another origin', async (_what, path, status) => {
    const preflight = await raw(base, path, { ...PAGE, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization, range' }, 'OPTIONS')
    expect(Math.floor(preflight.status / 100)).toBe(2)
    expect(preflight.headers['access-control-allow-headers']?.toLowerCase()).toMatch(/authorization.*range/)
    for (const answer of [await raw(base, path, { ...PAGE, cookie: 'session=x' }), await follow(base, path, { ...PAGE, range: 'bytes=0-3' })]) {
      expect(['*', PAGE.origin]).toContain(answer.headers['access-control-allow-origin'])
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
      const exposed = (answer.headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */)
      expect(exposed).toEqual(expect.arrayContaining(['etag', 'x-linked-etag', 'x-linked-size', 'x-repo-commit', 'x-error-code', 'content-range', 'content-length', 'link']))
    }
    expect((await follow(base, path, PAGE)).status).toBe(status)
  })
})

test('bytes come back whole from the straight way, whatever was done above', async () => {
  for (const [path, content] of Object.entries(LARGE)) expect(sha(await bytesAt({ url: hub.url }, `/ana/m/resolve/main/${encode(path)}`))).toBe(sha(content))
})
