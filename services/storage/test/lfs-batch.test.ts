import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANONYMOUS, type Actor } from '@hearth/authz'
import { newObjectId, type GitOid, type ObjectId } from '@hearth/ids'
import { expect, test } from 'vitest'
import { planDownloads, planUploads, sweepUploads, verifyObject, type LfsContext } from '../src/domain/lfs-batch.ts'
import type { Repo } from '../src/domain/repo.ts'
import { createSignedPaths } from '../src/domain/signed-path.ts'
import { openFsBlobStore } from '../src/stores/blob-store.fs.ts'
import { createMemoryLfsStore } from './memory-stores.ts'
import { inChunks, sha256Of } from './suites/blob-store.suite.ts'

const MIB = 1024 * 1024
const newId = (): ObjectId => newObjectId(Date.now(), randomBytes)
const user = (letter: string): Actor => ({ kind: 'user', id: letter.repeat(24), name: letter, isAdmin: false, orgs: [], token: { id: 'd'.repeat(24), role: 'write' } })
const [ANA, BO] = [user('a'), user('b')]

function aRepo(name: string, owner: string, more: Partial<Repo> = {}): Repo {
  return {
    id: newId(), type: 'model', namespace: owner, name, namespaceId: owner.repeat(24), creatorId: owner.repeat(24), visibility: 'public', gated: 'open', isDisabled: false, headOid: '0'.repeat(40) as GitOid,
    spaceSdk: undefined, epoch: 1, downloads: 0, downloadsAllTime: 0, likes: 0, trendingScore: 0, usedStorageBytes: 0, createdAt: new Date(), lastModifiedAt: new Date(), ...more,
  }
}

const REPOS = [aRepo('open', 'a'), aRepo('secret', 'a', { visibility: 'private' }), aRepo('gated', 'a', { gated: 'manual' }), aRepo('own', 'b')]

async function openLfs() {
  const root = await mkdtemp(join(tmpdir(), 'hearth-lfs-'))
  const signedPaths = createSignedPaths({ keys: [{ id: 'k', secret: randomBytes(32) }], nowMs: Date.now })
  const ctx: LfsContext = {
    repos: { findRepo: async ({ path }) => REPOS.find((repo) => `${repo.namespace}/${repo.name}` === path), findAccessStatus: async () => undefined },
    lfs: createMemoryLfsStore(), objects: await openFsBlobStore({ root, newId }), signedPaths, newId,
  }
  const hold = async (repo: string, data: Buffer) => {
    const stored = await ctx.objects.put(inChunks(data, 65_536), { maxBytes: data.length })
    const holder = REPOS.find((one) => one.name === repo)
    await ctx.lfs.recordObject(holder?.id ?? newId(), { ...stored, senderId: holder?.creatorId ?? '' })
    return stored
  }
  const grantOf = (path: string) => signedPaths.verify(path.slice(path.lastIndexOf('/') + 1))
  return { root, ctx, hold, grantOf, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

const named = (path: string) => ({ type: 'model' as const, path })
const big = (sizeBytes: number) => ({ sha256: sha256Of(randomBytes(8)), sizeBytes })

test('what this repo holds is present; what only another holds has to be sent', async () => {
  await using hub = await openLfs()
  const object = await hub.hold('secret', randomBytes(100))
  const plan = (actor: Actor, path: string) => planUploads(hub.ctx, actor, { repo: named(path), objects: [object], acceptsMultipart: true })
  expect(await plan(ANA, 'a/secret')).toEqual([{ kind: 'present' }])
  expect((await plan(ANA, 'a/open'))[0]?.kind).toBe('single')
  const [known] = await plan(BO, 'b/own')
  const [unknown] = await planUploads(hub.ctx, BO, { repo: named('b/own'), objects: [big(100)], acceptsMultipart: true })
  expect([known?.kind, unknown?.kind]).toEqual(['single', 'single'])
  expect(await planDownloads(hub.ctx, BO, { repo: named('b/own'), objects: [object], acceptsMultipart: false })).toMatchObject([{ kind: 'problem', code: 404 }])
})

test('what somebody else sent to a repo that all may read is nobody else\'s before a commit names it', async () => {
  await using hub = await openLfs()
  const object = await hub.hold('open', randomBytes(100))
  const plan = (actor: Actor, sizeBytes = 100) => planUploads(hub.ctx, actor, { repo: named('a/open'), objects: [{ ...object, sizeBytes }], acceptsMultipart: true })
  expect([(await plan(ANA))[0]?.kind, (await plan(BO))[0]?.kind, (await plan(BO, 99))[0]?.kind]).toEqual(['present', 'single', 'single'])
  expect(await planDownloads(hub.ctx, BO, { repo: named('a/open'), objects: [object], acceptsMultipart: false })).toMatchObject([{ kind: 'problem', code: 404 }])
  await expect(verifyObject(hub.ctx, BO, { repo: named('a/open'), object })).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
})

test('two senders of one large object do not meet: neither ends, spoils or completes what the other sends', async () => {
  await using hub = await openLfs()
  const object = big(300 * MIB)
  const idOf = async (actor: Actor, sizeBytes: number): Promise<string> => {
    const [plan] = await planUploads(hub.ctx, actor, { repo: named('a/open'), objects: [{ ...object, sizeBytes }], acceptsMultipart: true })
    const grant = hub.grantOf(plan?.kind === 'multipart' ? plan.completePath : '')
    return grant.kind === 'completeUpload' ? `${grant.uploadId} ${grant.sizeBytes}` : ''
  }
  const foreign = await idOf(BO, 200 * MIB)
  const own = await idOf(ANA, object.sizeBytes)
  expect(own).not.toBe(foreign)
  expect([await idOf(BO, 200 * MIB), await idOf(ANA, object.sizeBytes)]).toEqual([foreign, own])
})

test('a wrong size and a record without bytes are not "present"', async () => {
  await using hub = await openLfs()
  const object = await hub.hold('own', randomBytes(100))
  const plan = (sizeBytes: number) => planUploads(hub.ctx, BO, { repo: named('b/own'), objects: [{ ...object, sizeBytes }], acceptsMultipart: false })
  expect(await plan(99)).toMatchObject([{ kind: 'problem', code: 422 }])
  await hub.ctx.objects.delete(object.sha256)
  expect(await plan(100)).toMatchObject([{ kind: 'single' }])
})

test.each([
  [128 * MIB, true, undefined], [128 * MIB + 1, true, 3], [128 * MIB + 1, false, undefined], [62.5 * 1024 * MIB, true, 1000], [200 * 1024 * MIB, true, 1000],
])('%i bytes, multipart %s: %s parts', async (sizeBytes, acceptsMultipart, parts) => {
  await using hub = await openLfs()
  const object = big(sizeBytes)
  const [plan] = await planUploads(hub.ctx, BO, { repo: named('b/own'), objects: [object], acceptsMultipart })
  if (plan?.kind !== 'multipart') return void expect([plan?.kind, parts]).toEqual(['single', undefined])
  expect(plan.partPaths.length).toBe(parts)
  expect(plan.partPaths.length).toBe(Math.ceil(sizeBytes / plan.partBytes))
  const last = hub.grantOf(plan.partPaths.at(-1) ?? '')
  expect(last.kind === 'putPart' && last.offset + last.sizeBytes).toBe(sizeBytes)
  const [again] = await planUploads(hub.ctx, BO, { repo: named('b/own'), objects: [object], acceptsMultipart })
  const idOf = (path: string) => { const grant = hub.grantOf(path); return grant.kind === 'completeUpload' && grant.uploadId }
  expect(again?.kind === 'multipart' && idOf(again.completePath)).toBe(idOf(plan.completePath))
})

test('who may not read or write learns nothing', async () => {
  await using hub = await openLfs()
  const object = await hub.hold('secret', randomBytes(100))
  await hub.hold('gated', randomBytes(100))
  const batch = (path: string) => ({ repo: named(path), objects: [object], acceptsMultipart: false })
  await expect(planUploads(hub.ctx, BO, batch('a/secret'))).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(planDownloads(hub.ctx, BO, batch('a/secret'))).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(verifyObject(hub.ctx, BO, { repo: named('a/secret'), object })).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
  await expect(planDownloads(hub.ctx, BO, batch('a/gated'))).rejects.toMatchObject({ reason: 'GATED_REPO' })
  await expect(planUploads(hub.ctx, BO, batch('a/gated'))).rejects.toMatchObject({ reason: 'GATED_REPO' })
  await expect(planUploads(hub.ctx, ANONYMOUS, batch('a/open'))).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' })
  await expect(planUploads(hub.ctx, BO, { ...batch('b/own'), objects: [] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
})

test('verify speaks of this repo and this size', async () => {
  await using hub = await openLfs()
  const object = await hub.hold('own', randomBytes(100))
  await verifyObject(hub.ctx, BO, { repo: named('b/own'), object })
  await expect(verifyObject(hub.ctx, BO, { repo: named('b/own'), object: { ...object, sizeBytes: 99 } })).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' })
  await expect(verifyObject(hub.ctx, BO, { repo: named('b/own'), object: big(100) })).rejects.toMatchObject({ reason: 'ENTRY_NOT_FOUND' })
})

test('uploads of yesterday go, with and without a row; those of today stay', async () => {
  await using hub = await openLfs()
  const plan = () => planUploads(hub.ctx, BO, { repo: named('b/own'), objects: [big(200 * MIB)], acceptsMultipart: true })
  await plan()
  const uploads = join(hub.root, 'v1', 'uploads')
  await hub.ctx.objects.createUpload(newId(), 10)
  expect(await sweepUploads(hub.ctx, new Date(Date.now() - 60_000))).toBe(0)
  const before = new Date(Date.now() + 60_000)
  expect(await sweepUploads(hub.ctx, before)).toBe(2)
  expect(await readdir(uploads)).toEqual([])
  await plan()
  for (const name of await readdir(uploads)) await utimes(join(uploads, name), 0, 0)
  expect(await sweepUploads(hub.ctx, new Date(Date.now() - 60_000))).toBe(0)
})
