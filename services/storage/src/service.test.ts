import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor } from '@hearth/authz'
import type { Db } from '@hearth/db'
import { HearthError } from '@hearth/errors'
import { NamespaceKind, Visibility, type AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import { ContentServiceService } from '@hearth/proto/storage/v1/content'
import { ListReposRequest, RepoRow, RepoServiceService, RepoType } from '@hearth/proto/storage/v1/repos'
import { createInProcessServer, createInProcessTransport, type ServiceClient } from '@hearth/rpc'
import { createMetrics, SILENT_LOGGER } from '@hearth/telemetry'
import { createTestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { exportRepos, MIGRATIONS, reindexRepos, startStorage } from './service.ts'

const ANA: Actor = { kind: 'user', id: 'a'.repeat(24), name: 'ana', isAdmin: false, orgs: [], token: { id: 'b'.repeat(24), role: 'write' } }
const accounts: ServiceClient<typeof AccountsServiceService> = {
  getIdentity: () => Promise.reject(new HearthError('NOT_IMPLEMENTED', 'not here')),
  batchGetNamespaces: () => Promise.resolve({
    namespaces: [{ id: 'a'.repeat(24), name: 'ana', fullName: 'Ana', kind: NamespaceKind.NAMESPACE_KIND_USER, defaultVisibility: Visibility.VISIBILITY_PUBLIC, avatarUrl: undefined }],
  }),
}

/** The whole service: contracts over the in-process transport, the data plane on a socket. */
async function openService() {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'hearth-storage-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const database = undo.use(await createTestDatabase({ schema: 'storage', migrations: MIGRATIONS, extensions: ['pg_trgm'] }))
  const config = { blobs: { kind: 'fs' as const, root: join(folder, 'objects') }, keyFile: join(folder, 'keys'), downloadBuffers: 8, treeCacheEntries: 10_000, crashPoint: undefined }
  const service = undo.use(await startStorage(config, { db: database.db as Db, accounts, log: SILENT_LOGGER, metrics: createMetrics({ withProcess: false }) }))
  const server = undo.use(createInProcessServer({ verifyActor: async (token) => (token === 'hub' ? { kind: 'service', name: 'gateway' } : ANA) }))
  server.mount(...service.handlers)
  const transport = undo.use(createInProcessTransport(server))
  const http = createServer((req, res) => service.dataPlane.handle(req, res)).listen(0, '127.0.0.1')
  await once(http, 'listening')
  undo.defer(() => void http.close())
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const resources = undo.move()
  return {
    config, db: database.db as Db, folder, base, repos: transport.client(RepoServiceService), content: transport.client(ContentServiceService), catalogue: transport.client(CatalogueServiceService), service,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function frame(bytes: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

const call = { actorToken: 'ana' }
const repo = { type: RepoType.REPO_TYPE_MODEL, path: 'ANA/m' }

test('create, stage, commit, read back and export over the contracts', async () => {
  await using hub = await openService()
  await hub.repos.createRepo({ type: repo.type, namespace: undefined, name: 'm', visibility: 0, spaceSdk: undefined, files: [] }, call)
  const { stagingPath } = await hub.content.openStaging({ repo, revision: 'main', createPr: false }, call)
  const contents = [Buffer.from('# card\n'), Buffer.alloc(400_000, 'x')]
  const staged = await fetch(hub.base + stagingPath, { method: 'POST', body: Buffer.concat(contents.map(frame)) })
  const { blobs } = await staged.json() as { blobs: { oid: string }[] }
  const operations = ['README.md', 'big.txt'].map((path, index) => ({ kind: { $case: 'addBlob' as const, value: { path, blobOid: blobs[index]?.oid ?? '', oldPath: undefined } } }))
  const { commitOid } = await hub.content.createCommit({ repo, revision: 'main', parentCommit: undefined, summary: 'add', description: '', createPr: false, operations }, call)
  const view = await hub.repos.getRepo({ repo, revision: undefined, includeSiblings: true, includeBlobs: true, includeCardText: true, details: undefined }, call)
  expect(view).toMatchObject({ sha: commitOid, cardText: '# card\n', siblings: [{ path: '.gitattributes' }, { path: 'README.md', sizeBytes: 7n }, { path: 'big.txt', sizeBytes: 400_000n }] })
  const { answers } = await hub.content.resolveFiles({ files: [{ repo, revision: 'main', path: 'big.txt' }, { repo, revision: 'main', path: 'no' }] }, call)
  expect(answers[1]?.outcome).toMatchObject({ $case: 'problem', value: { reason: 'ENTRY_NOT_FOUND', sha: commitOid } })
  const file = answers[0]?.outcome?.$case === 'file' ? answers[0].outcome.value : undefined
  const bytes = await fetch(hub.base + (file?.dataPath ?? ''))
  expect(bytes.headers.get('content-disposition')).toBe(`inline; filename="big.txt"; filename*=UTF-8''big.txt`)
  expect(Buffer.from(await bytes.arrayBuffer()).equals(contents[1] ?? Buffer.alloc(0))).toBe(true)
  const [exported] = await exportRepos(hub.config, { db: hub.db }, join(hub.folder, 'export'))
  const fsck = spawnSync('git', ['-C', exported?.folder ?? '', 'fsck', '--strict', '--full'])
  expect([fsck.status, fsck.stdout.toString()]).toEqual([0, ''])
})

test('25,000 operations with long paths are one commit', { timeout: 60_000 }, async () => {
  await using hub = await openService()
  await hub.repos.createRepo({ type: repo.type, namespace: 'ana', name: 'm', visibility: 0, spaceSdk: undefined, files: [] }, call)
  const { stagingPath } = await hub.content.openStaging({ repo, revision: 'main', createPr: false }, call)
  const staged = await fetch(hub.base + stagingPath, { method: 'POST', body: frame(Buffer.from('same')) })
  const { blobs } = await staged.json() as { blobs: { oid: string }[] }
  const folder = `${'f'.repeat(240)}/${'g'.repeat(240)}/${'h'.repeat(240)}`
  const operations = Array.from({ length: 25_000 }, (_, index) => ({ kind: { $case: 'addBlob' as const, value: { path: `${folder}/${index % 50}/${'n'.repeat(100)}${index}`, blobOid: blobs[0]?.oid ?? '', oldPath: undefined } } }))
  const { commitOid } = await hub.content.createCommit({ repo, revision: 'main', parentCommit: undefined, summary: 'add', description: '', createPr: false, operations }, { ...call, timeoutMs: 50_000 })
  const view = await hub.repos.getRepo({ repo, revision: undefined, includeSiblings: true, includeBlobs: false, includeCardText: false, details: undefined }, call)
  expect(view).toMatchObject({ sha: commitOid, siblingsTruncated: true })
  let files = view.siblings.length
  for (let pageToken = view.siblingsPageToken; pageToken !== undefined;) {
    const page = await hub.content.listTree({ repo, revision: commitOid, path: '', recursive: true, expand: false, page: { pageSize: 1000, pageToken } }, call)
    files += page.entries.filter((entry) => entry.kind === 1).length
    pageToken = page.page?.nextPageToken
  }
  expect(files).toBe(25_001)
})

test('a change of visibility ends the links handed out before', async () => {
  await using hub = await openService()
  await hub.repos.createRepo({ type: repo.type, namespace: 'ana', name: 'm', visibility: 0, spaceSdk: undefined, files: [] }, call)
  const { answers } = await hub.content.resolveFiles({ files: [{ repo, revision: 'main', path: '.gitattributes' }] }, call)
  const path = answers[0]?.outcome?.$case === 'file' ? answers[0].outcome.value.dataPath : ''
  expect((await fetch(hub.base + path)).status).toBe(200)
  await hub.repos.updateRepoSettings({ repo, visibility: 2, gated: 0 }, call)
  expect((await fetch(hub.base + path)).status).toBe(403)
  await hub.repos.deleteRepo({ repo }, call)
  await expect(hub.repos.getRepo({ repo, revision: undefined, includeSiblings: false, includeBlobs: false, includeCardText: false, details: undefined }, call)).rejects.toMatchObject({ reason: 'REPO_NOT_FOUND' })
})

test('downloads are counted for the hub alone, and written before the service has closed', async () => {
  await using hub = await openService()
  const created = await hub.repos.createRepo({ type: repo.type, namespace: 'ana', name: 'm', visibility: 0, spaceSdk: undefined, files: [] }, call)
  const repoId = created.repo?.id ?? ''
  const downloads = ['x', 'x', 'y'].map((callerKey) => ({ repoId, callerKey }))
  await expect(hub.catalogue.countDownloads({ downloads }, call)).rejects.toMatchObject({ reason: 'FORBIDDEN' })
  await expect(hub.catalogue.countDownloads({ downloads: [{ repoId: 'no', callerKey: 'x' }] }, { actorToken: 'hub' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  expect(await hub.catalogue.countDownloads({ downloads }, { actorToken: 'hub' })).toEqual({ counted: 2 })
  await hub.service[Symbol.asyncDispose]()
  const [row] = await hub.db.query<{ downloads: number }>({ text: 'select downloads from repos' })
  expect(row?.downloads).toBe(2)
})

test('lists, packed or not, and tags over the contracts; what an older version derived is derived anew', async () => {
  await using hub = await openService()
  const card = Buffer.from('---\nlanguage: no\npipeline_tag: fill-mask\n---\n')
  await hub.repos.createRepo({ type: repo.type, namespace: 'ana', name: 'm', visibility: 0, spaceSdk: undefined, files: [] }, call)
  const { stagingPath } = await hub.content.openStaging({ repo, revision: 'main', createPr: false }, call)
  const staged = await fetch(hub.base + stagingPath, { method: 'POST', body: frame(card) })
  const { blobs } = await staged.json() as { blobs: { oid: string }[] }
  const operations = [{ kind: { $case: 'addBlob' as const, value: { path: 'README.md', blobOid: blobs[0]?.oid ?? '', oldPath: undefined } } }]
  await hub.content.createCommit({ repo, revision: 'main', parentCommit: undefined, summary: 'add', description: '', createPr: false, operations }, call)
  const request = ListReposRequest.fromPartial({ type: repo.type, tags: ['no'], details: { card: true } })
  const plain = await hub.repos.listRepos(request, call)
  expect(plain.facts[0]).toMatchObject({ tags: ['fill-mask', 'no'], pipelineTag: 'fill-mask', cardJson: '{"language":"no","pipeline_tag":"fill-mask"}' })
  const packed = await hub.repos.listRepos({ ...request, packed: true }, call)
  expect(packed.packed?.rows.map((row) => RepoRow.decode(row))).toEqual([{ repo: plain.repos[0], facts: plain.facts[0] }])
  expect((await hub.repos.listRepos({ ...request, packed: true }, call)).packed).toEqual(packed.packed)
  expect((await hub.catalogue.listTags({ type: repo.type }, call)).tags).toEqual([{ tag: 'fill-mask', group: 'pipeline_tag', repoCount: 1n }, { tag: 'no', group: 'language', repoCount: 1n }])
  await hub.db.run({ text: `update repos set tags = '{}'` })
  await hub.service.settle()
  expect((await hub.repos.listRepos(request, call)).facts).toEqual([])
  expect(await reindexRepos(hub.config, { db: hub.db, log: SILENT_LOGGER })).toBe(1)
  expect((await hub.repos.listRepos(request, call)).facts[0]).toMatchObject({ tags: ['fill-mask', 'no'] })
})
