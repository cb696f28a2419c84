import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOOTSTRAP, TOKENS } from '../harness/accounts.ts'
import { commitFiles, createRepo, uploadLarge } from '../harness/hub-client.ts'
import { inheritedEnv, startHub, type Hub } from '../harness/hub.ts'
import { run } from '../harness/python.ts'

const SIZE = 20_000_000

describe('curl', () => {
  let hub: Hub
  const large = randomBytes(SIZE)
  const small = Buffer.from('{"model_type":"bert"}')

  beforeAll(async () => {
    hub = await startHub({ bootstrap: BOOTSTRAP })
    const me = { url: hub.url, token: TOKENS.ana }
    await createRepo(me, 'ana/ranges')
    const lfs = await uploadLarge(me, 'ana/ranges', large)
    await commitFiles(me, 'ana/ranges', [{ path: 'config.json', content: small }, { path: 'w/model.bin', lfs }, { path: 'empty', content: Buffer.alloc(0) }])
  })
  afterAll(async () => { await hub[Symbol.asyncDispose]() })

  const curl = async (path: string, ...args: string[]): Promise<{ body: string; head: string }> => {
    const done = await run(['curl', '-sSiL', ...args, `${hub.url}${path}`], inheritedEnv(), 30_000)
    expect(done.code, done.stderr).toBe(0)
    const end = done.stdout.lastIndexOf('\r\n\r\n')
    return { body: done.stdout.slice(end + 4), head: done.stdout.slice(0, end).toLowerCase() }
  }
  const shaOf = async (path: string, ...args: string[]): Promise<string> => {
    const done = await run(['bash', '-c', `set -o pipefail; curl -sSL ${args.join(' ')} '${hub.url}${path}' | sha256sum`], inheritedEnv(), 30_000)
    expect(done.code, done.stderr).toBe(0)
    return done.stdout.slice(0, 64)
  }
  const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

  test('gets whole files', async () => {
    expect(await shaOf('/ana/ranges/resolve/main/w/model.bin')).toBe(sha(large))
    expect(await shaOf('/ana/ranges/resolve/main/config.json')).toBe(sha(small))
    expect(await shaOf('/ana/ranges/resolve/main/empty')).toBe(sha(Buffer.alloc(0)))
  })

  test.each([['0-0', 0, 1], ['1000000-1999999', 1_000_000, 2_000_000], ['19999999-', SIZE - 1, SIZE], ['-5', SIZE - 5, SIZE], ['0-', 0, SIZE]] as const)(
    'gets range %s of a large file', async (range, start, end) => {
      expect(await shaOf('/ana/ranges/resolve/main/w/model.bin', '-r', range)).toBe(sha(large.subarray(start, end)))
      const { head } = await curl('/ana/ranges/resolve/main/w/model.bin', '-o', '/dev/null', '-D', '-', '-r', range)
      expect(head).toContain(`content-range: bytes ${start}-${end - 1}/${SIZE}`)
    })

  test('refuses a range past the end with the size', async () => {
    const { head } = await curl('/ana/ranges/resolve/main/w/model.bin', '-r', `${SIZE}-`)
    expect(head).toContain('416')
    expect(head).toContain(`content-range: bytes */${SIZE}`)
  })

  test('answers a range of a small file uncompressed although compression is accepted', async () => {
    const { head, body } = await curl('/ana/ranges/resolve/main/config.json', '-r', '0-0', '-H', 'Accept-Encoding: gzip, br, zstd')
    expect(body).toBe('{')
    expect(head).toContain(`content-range: bytes 0-0/${small.length}`)
    expect(head).not.toContain('content-encoding')
  })

  test('answers HEAD with all metadata and no redirect', async () => {
    const answer = await fetch(`${hub.url}/ana/ranges/resolve/main/w/model.bin`, { method: 'HEAD', redirect: 'manual' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-linked-etag')).toBe(`"${sha(large)}"`)
    expect(answer.headers.get('x-linked-size')).toBe(String(SIZE))
    expect(answer.headers.get('x-repo-commit')).toMatch(/^[0-9a-f]{40}$/)
  })
})
