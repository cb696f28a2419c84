import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedRepo } from './seed.ts'
import { startTestGateway, type TestGateway } from './test-gateway.ts'

const TYPE = 'application/vnd.git-lfs+json'
const SMALL = Buffer.from('small')
const LARGE = Buffer.from('a larger object, in parts')
const ref = (content: Buffer): { oid: string; size: number } => ({ oid: createHash('sha256').update(content).digest('hex'), size: content.length })

describe('LFS', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway()
    await seedRepo(gateway, { type: 'dataset' })
  })
  afterAll(async () => { await gateway[Symbol.asyncDispose]() })
  const batch = (body: object, token = 'hf_anaWrite'): Promise<Response> => gateway.call('POST', '/datasets/team/m.git/info/lfs/objects/batch', { token, body: JSON.stringify(body), headers: { 'content-type': TYPE, accept: TYPE } })

  test('hands out one address, then none once the object is there', async () => {
    const wanted = { operation: 'upload', transfers: ['basic', 'multipart'], objects: [ref(SMALL)], hash_algo: 'sha256' }
    const answer = await batch(wanted)
    expect(answer.headers.get('content-type')).toContain(TYPE)
    const { objects, transfer } = (await answer.json()) as { objects: { actions: { upload: { href: string } } }[]; transfer: string }
    expect(transfer).toBe('basic')
    const href = objects[0]?.actions.upload.href ?? ''
    expect(objects).toEqual([{ ...ref(SMALL), actions: { upload: { href, expires_in: 86_400 }, verify: { href: `${gateway.url}/datasets/team/m.git/info/lfs/objects/verify` } } }])
    expect(href.startsWith(`${gateway.url}/-/lfs/`)).toBe(true)
    expect((await fetch(href, { method: 'PUT', body: new Uint8Array(SMALL) })).status).toBe(200)
    expect(await (await batch({ ...wanted, hash_algo: 'sha_256' })).json()).toEqual({ transfer: 'basic', hash_algo: 'sha256', objects: [ref(SMALL)] })
    const verify = await gateway.call('POST', '/datasets/team/m.git/info/lfs/objects/verify', { token: 'hf_anaWrite', body: JSON.stringify(ref(SMALL)) })
    expect(verify.status).toBe(200)
  })

  test('hands out numbered parts to clients that can', async () => {
    const { objects, transfer } = (await (await batch({ operation: 'upload', transfers: ['basic', 'multipart', 'xet'], objects: [ref(LARGE)] })).json()) as { objects: { actions: { upload: { header: Record<string, string> } } }[]; transfer: string }
    expect(transfer).toBe('multipart')
    const header = objects[0]?.actions.upload.header ?? {}
    expect(Object.keys(header)).toEqual(['1', '2', '3', 'chunk_size'])
    expect(header['chunk_size']).toBe('10')
    expect(header['3']?.startsWith(`${gateway.url}/-/lfs/`)).toBe(true)
    expect(await (await batch({ operation: 'upload', transfers: ['basic'], objects: [ref(LARGE)] })).json()).toMatchObject({ transfer: 'basic' })
  })

  test('gives downloads an address, and says what is not there, object by object', async () => {
    const answer = await batch({ operation: 'download', objects: [ref(SMALL), ref(LARGE)] }, 'hf_boWrite')
    expect(await answer.json()).toMatchObject({ objects: [{ actions: { download: { href: expect.stringMatching(/^http/), expires_in: 3600 } } }, { error: { code: 404, message: 'Object does not exist' } }] })
  })

  test('refuses what it cannot read, and who may not write', async () => {
    expect((await batch({ operation: 'upload', objects: [{ oid: 'zz', size: 1 }] })).status).toBe(400)
    expect((await batch({ operation: 'sideload', objects: [ref(SMALL)] })).status).toBe(400)
    expect((await batch({ operation: 'upload', objects: [ref(SMALL)], hash_algo: 'md5' })).status).toBe(409)
    const denied = await batch({ operation: 'upload', objects: [ref(SMALL)] }, 'hf_anaRead')
    expect([denied.status, await denied.json()]).toEqual([403, { error: 'You need write access to this repo', message: 'You need write access to this repo' }])
    expect((await gateway.call('POST', '/datasets/team/m.git/info/lfs/locks/verify', { token: 'hf_anaWrite', body: '{}' })).status).toBe(404)
    expect((await gateway.call('POST', '/datasets/team/m.git/info/lfs/objects/verify', { token: 'hf_anaWrite', body: JSON.stringify(ref(LARGE)) })).status).toBe(404)
  })
})
