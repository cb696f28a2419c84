import { randomBytes } from 'node:crypto'
import type { Actor, UserActor } from '@hearth/authz'
import type { Db } from '@hearth/db'
import { newObjectId, type GitOid, type ObjectId, type Sha256 } from '@hearth/ids'
import { SILENT_LOGGER } from '@hearth/telemetry'
import { createTestDatabase } from '@hearth/testkit'
import { composeCatalogue } from '../../src/catalogue.ts'
import { createCommit, type CommitCommand, type CommitOutcome } from '../../src/domain/commit.ts'
import type { CommitOperation } from '../../src/domain/commit-operation.ts'
import { NO_DETAILS } from '../../src/domain/catalogue/facts.ts'
import { createRepo } from '../../src/domain/create-repo.ts'
import { makeObject } from '../../src/domain/git/git-object.ts'
import { createLastCommits } from '../../src/domain/last-commit.ts'
import type { ListReposQuery } from '../../src/domain/list-repos.ts'
import type { ContentContext, Namespace } from '../../src/domain/ports.ts'
import type { Repo, RepoName, RepoType } from '../../src/domain/repo.ts'
import type { SignedGrant } from '../../src/domain/signed-path-port.ts'
import { createAccessRequestStore } from '../../src/stores/access-request-store.pg.ts'
import type { StorageEvent } from '../../src/stores/event-writer.ts'
import { createGitBlobStore } from '../../src/stores/git-blob-store.pg.ts'
import { createGitStore } from '../../src/stores/git-store.pg.ts'
import { createRepoStore } from '../../src/stores/repo-store.pg.ts'
import { createObjectCaches } from '../../src/stores/tree-cache.ts'

export interface TestStorage extends AsyncDisposable {
  readonly ctx: ContentContext
  readonly db: Db
  /** Objects that a repo "holds": key `<repo id>:<sha256>`. */
  readonly lfsObjects: Map<string, number>
  readonly events: StorageEvent[]
  readonly grants: SignedGrant[]
}

export const NO_SIGNAL = new AbortController().signal

/** A list of all models in the order of their creation; tests say what they want beyond that. */
export const LIST_ALL: ListReposQuery = {
  type: 'model', author: undefined, search: [], gated: undefined, tags: [], pipelineTag: undefined, minParameters: undefined, maxParameters: undefined, linkedModels: [],
  linkedDatasets: [], hasLinks: false, details: NO_DETAILS, includeSiblings: false, sort: 'created', ascending: true, pageSize: undefined, pageToken: undefined,
}
const CALLER = { actorToken: undefined, requestId: 'test', signal: NO_SIGNAL }

/** The use-cases over real PostgreSQL, with the neighbours (auth, data plane) as maps. */
export async function openTestStorage(): Promise<TestStorage> {
  const opened = await createTestDatabase({ schema: 'storage', migrations: new URL('../../src/stores/migrations/', import.meta.url), extensions: ['pg_trgm'] })
  const db = opened.db as Db
  const lfsObjects = new Map<string, number>()
  const events: StorageEvent[] = []
  const grants: SignedGrant[] = []
  const addEvent = async (_tx: unknown, event: StorageEvent): Promise<void> => void events.push(event)
  const caches = createObjectCaches(200_000)
  const blobBytes = { readStart: async (): Promise<Buffer> => Buffer.from('stored') }
  const { writeFacts, estimate, store: catalogue, texts, deriveFacts } = composeCatalogue({ db, blobBytes, caches, log: SILENT_LOGGER })
  const git = createGitStore({ db, caches, addEvent, writeFacts })
  const ctx: ContentContext = {
    accessRequests: createAccessRequestStore({ db, addEvent }),
    git, repos: createRepoStore({ db, addEvent, writeFacts, estimate }), blobs: createGitBlobStore(db), lastCommits: createLastCommits(git), blobBytes, catalogue, texts, deriveFacts,
    lfs: { findInRepo: async (repoId, oids) => new Map(oids.flatMap((oid) => { const size = lfsObjects.get(`${repoId}:${oid}`); return size === undefined ? [] : [[oid, size] as const] })) },
    signedPaths: { sign: (grant) => `/-/blob/${grants.push(grant)}`, verify: () => { throw new Error('not here') } },
    namespaces: {
      findNamespace: async (name) => NAMESPACES.find((one) => one.name.toLowerCase() === name.toLowerCase()),
      findUser: async (name) => USERS.find((one) => one.name.toLowerCase() === name.toLowerCase()),
      readCaller: async ({ actorToken }) => USERS.find((one) => one.id === actorToken) ?? USERS[0],
    },
    clock: { now: () => new Date() }, space: { assertRoom: async () => undefined }, newId: () => newObjectId(Date.now(), randomBytes),
    observe: { commitCreated: () => undefined, accessChanged: () => undefined, repoChanged: () => undefined, weightsCounted: () => undefined },
  }
  return { ctx, db, lfsObjects, events, grants, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

const NAMESPACES: readonly Namespace[] = [
  { id: 'a'.repeat(24), name: 'Ana', defaultVisibility: 'public' }, { id: 'b'.repeat(24), name: 'bo', defaultVisibility: 'public' },
  { id: 'c'.repeat(24), name: 'team', defaultVisibility: 'private' },
]

/** A caller's "actor token" is the account's id. */
const USERS = [
  { id: 'a'.repeat(24), name: 'Ana', fullName: 'Ana Owner', email: 'ana@example.org' }, { id: 'b'.repeat(24), name: 'bo', fullName: 'Bo Stranger', email: 'bo@example.org' },
  { id: 'e'.repeat(24), name: 'Eve', fullName: 'Eve Asker', email: 'eve@example.org' },
] as const

function user(name: string, letter: string, role: UserActor['token']['role'] = 'write'): UserActor {
  return { kind: 'user', id: letter.repeat(24), name, isAdmin: false, orgs: [], token: { id: 'd'.repeat(24), role } }
}

export const ANA = user('Ana', 'a')
export const BO = user('bo', 'b')
export const EVE = user('Eve', 'e')
export const BO_READS = user('bo', 'b', 'read')

export async function newRepo(storage: TestStorage, name: string, type: RepoType = 'model', actor: Actor = ANA, visibility?: 'public' | 'private'): Promise<Repo> {
  return createRepo(storage.ctx, actor, { type, namespace: undefined, name, visibility, spaceSdk: type === 'space' ? 'static' : undefined }, CALLER)
}

export function nameOf(repo: Repo): RepoName {
  return { type: repo.type, path: `${repo.namespace}/${repo.name}` }
}

/** Puts the texts into the repo as staged blobs and answers the lines that name them. */
export async function stage(storage: TestStorage, repoId: ObjectId, files: Readonly<Record<string, string | Buffer>>): Promise<CommitOperation[]> {
  const blobs = Object.entries(files).map(([path, content]) => ({ path, object: makeObject('blob', Buffer.from(content)) }))
  await storage.ctx.blobs.addBlobs(repoId, blobs.map(({ object }) => ({ oid: object.oid, sizeBytes: object.data.length, bytes: { kind: 'inline', data: object.data } })))
  return blobs.map(({ path, object }) => ({ kind: 'addBlob', path, blobOid: object.oid, oldPath: undefined }))
}

export function lfsLine(storage: TestStorage, repoId: ObjectId, path: string, sha256: string, sizeBytes: number): CommitOperation {
  storage.lfsObjects.set(`${repoId}:${sha256}`, sizeBytes)
  return { kind: 'addLfs', path, sha256: sha256 as Sha256, sizeBytes, oldPath: undefined }
}

export function commit(storage: TestStorage, repo: Repo, operations: readonly CommitOperation[], more: Partial<CommitCommand> & { readonly actor?: Actor } = {}): Promise<CommitOutcome> {
  const command = { repo: nameOf(repo), revision: 'main', parentCommit: undefined, summary: 'change', description: '', createPullRequest: false, operations, ...more }
  return createCommit(storage.ctx, more.actor ?? ANA, command, NO_SIGNAL)
}

export async function commitFiles(storage: TestStorage, repo: Repo, files: Readonly<Record<string, string | Buffer>>, more: Partial<CommitCommand> = {}): Promise<GitOid> {
  return (await commit(storage, repo, await stage(storage, repo.id, files), more)).commitOid
}
