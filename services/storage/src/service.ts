import { randomBytes } from 'node:crypto'
import { migrate, type Db } from '@hearth/db'
import { appendOutbox, ensureOutbox } from '@hearth/events'
import { newObjectId, type ObjectId, type Sha256 } from '@hearth/ids'
import type { AccountsServiceService } from '@hearth/proto/auth/v1/accounts'
import { AccessServiceService } from '@hearth/proto/storage/v1/access'
import { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import { ContentServiceService, LfsServiceService } from '@hearth/proto/storage/v1/content'
import { RepoServiceService } from '@hearth/proto/storage/v1/repos'
import { SocialServiceService } from '@hearth/proto/storage/v1/social'
import { serve, type ServedService, type ServiceClient } from '@hearth/rpc'
import { currentRequest, type Logger, type Metrics } from '@hearth/telemetry'
import { composeCatalogue, refreshStale, startCatalogueWork, type CatalogueWork } from './catalogue.ts'
import type { StorageConfig } from './config.ts'
import { createCrashPoints, type CrashPoints } from './crash-point.ts'
import type { BlobStore } from './domain/blob-store-port.ts'
import type { TagLists } from './domain/catalogue/list-tags.ts'
import { DEFAULT_REF } from './domain/git/ref-names.ts'
import { createLastCommits } from './domain/last-commit.ts'
import { sweepUploads, type LfsContext } from './domain/lfs-batch.ts'
import type { ContentContext, StorageObserver } from './domain/ports.ts'
import { createRepoEpochs, type RepoEpochs } from './domain/repo-epochs.ts'
import { createSignedPaths } from './domain/signed-path.ts'
import { createBufferPool } from './http/buffer-pool.ts'
import { createDataPlane, type DataPlane } from './http/data-plane.ts'
import { createAccessHandlers } from './rpc/access-handlers.ts'
import { createCatalogueHandlers } from './rpc/catalogue-handlers.ts'
import { createContentHandlers } from './rpc/content-handlers.ts'
import { createLfsHandlers } from './rpc/lfs-handlers.ts'
import { createNamespaceDirectory } from './rpc/namespace-directory.ts'
import { createRepoHandlers } from './rpc/repo-handlers.ts'
import { createSocialHandlers } from './rpc/social-handlers.ts'
import { openFsBlobStore } from './stores/blob-store.fs.ts'
import { watchDiskSpace, withRoomFor } from './stores/disk-space.fs.ts'
import { createAccessRequestStore } from './stores/access-request-store.pg.ts'
import type { EventWriter } from './stores/event-writer.ts'
import { exportRepo, type ExportedRepo } from './stores/export-repo.ts'
import { createGitBlobStore } from './stores/git-blob-store.pg.ts'
import { createGitStore } from './stores/git-store.pg.ts'
import { createLfsStore } from './stores/lfs-store.pg.ts'
import { createLikeStore } from './stores/like-store.pg.ts'
import { createRepoStore } from './stores/repo-store.pg.ts'
import { loadSigningKeys } from './stores/signing-keys.fs.ts'
import { readStart } from './stores/stored-bytes.ts'
import { createObjectCaches } from './stores/tree-cache.ts'
import { createDataPlaneObserver, createStorageObserver } from './telemetry.ts'

export const MIGRATIONS = new URL('./stores/migrations/', import.meta.url)

export interface StorageDeps {
  /** Of the schema `storage`; migrated by `startStorage`, closed by its owner. */
  readonly db: Db
  readonly accounts: ServiceClient<typeof AccountsServiceService>
  readonly log: Logger
  readonly metrics: Metrics
}

export interface StorageService extends AsyncDisposable {
  /** AccessService, RepoService, ContentService and LfsService, to be mounted on a server of any transport. */
  readonly handlers: readonly ServedService[]
  readonly dataPlane: DataPlane
  /** Waits until the background has nothing left to do. */
  settle(): Promise<void>
}

const UPLOAD_LIFE_MS = 24 * 3600 * 1000
const SWEEP_INTERVAL_MS = 3600 * 1000
const MAX_STORED_BLOB_BYTES = 1024 ** 3
const addEvent: EventWriter = async (tx, event) => { await appendOutbox(tx, event.type, { ...event.payload, ...askedBy() }) }
const newId = (): ObjectId => newObjectId(Date.now(), randomBytes)

/** Who asked for a change and by which request, as log lines name them; for the audit log. */
function askedBy(): { readonly by?: { readonly actor: string; readonly requestId: string } } {
  const request = currentRequest()
  return request === undefined ? {} : { by: { actor: request.actor ?? 'anonymous', requestId: request.req_id } }
}

/** Starts storage: migrates its schema, opens its object store and keys, sweeps what unfinished uploads left. */
export async function startStorage(config: StorageConfig, deps: StorageDeps): Promise<StorageService> {
  await migrate(deps.db, MIGRATIONS)
  await ensureOutbox(deps.db)
  const objects = await openFsBlobStore({ root: config.blobs.root, newId, space: watchDiskSpace(config.blobs.root) })
  const started: { work?: CatalogueWork } = {}
  const crash = createCrashPoints(config.crashPoint)
  const context = await composeContext(config, { ...deps, objects, crash, onHeadMoved: () => started.work?.wake() })
  const lfs: LfsContext = { repos: context.repos, lfs: crash.lfs(createLfsStore({ db: deps.db, addEvent: crash.events(addEvent) })), objects, signedPaths: context.signedPaths, newId }
  const dataPlane = createDataPlane({
    signedPaths: context.signedPaths, epochs: context.epochs, gitBlobs: context.blobs, objects, lfs: lfs.lfs,
    pool: createBufferPool(config.downloadBuffers), crashPoint: crash.hit, observe: createDataPlaneObserver(deps.log.named('data'), deps.metrics),
  })
  const sweep = startSweeping(lfs, deps.log.named('sweep'))
  const work = startCatalogueWork({ ...context, db: deps.db, objects, log: deps.log.named('catalogue') })
  started.work = work
  return {
    handlers: [
      serve(AccessServiceService, createAccessHandlers(context)), serve(RepoServiceService, createRepoHandlers(context)),
      serve(ContentServiceService, createContentHandlers(context)), serve(LfsServiceService, createLfsHandlers(lfs, context)),
      serve(SocialServiceService, createSocialHandlers({ repos: context.repos, likes: createLikeStore(deps.db) })),
      serve(CatalogueServiceService, createCatalogueHandlers({ downloads: work.downloads, tags: context.tags })),
    ],
    dataPlane,
    settle: () => work.settle(),
    async [Symbol.asyncDispose]() {
      clearInterval(sweep)
      await work[Symbol.asyncDispose]()
      await dataPlane.drain()
    },
  }
}

interface ContextDeps extends StorageDeps {
  readonly objects: BlobStore
  readonly crash: CrashPoints
  readonly onHeadMoved: () => void
}

async function composeContext(config: StorageConfig, { objects, crash, onHeadMoved, ...deps }: ContextDeps): Promise<ContentContext & { readonly epochs: RepoEpochs; readonly tags: TagLists }> {
  const writeEvent = crash.events(addEvent)
  const space = watchDiskSpace(config.databaseFolder)
  const caches = createObjectCaches(config.treeCacheEntries)
  const blobBytes = { readStart: (sha256: Sha256, maxBytes: number) => readStart(objects, sha256, maxBytes) }
  const { writeFacts, estimate, store, ...shared } = composeCatalogue({ db: deps.db, blobBytes, caches, log: deps.log.named('catalogue') })
  const git = crash.git(createGitStore({ db: deps.db, addEvent: writeEvent, caches, writeFacts }))
  const repos = createRepoStore({ db: deps.db, addEvent: writeEvent, writeFacts, estimate })
  const epochs = createRepoEpochs(repos, Date.now)
  return {
    accessRequests: createAccessRequestStore({ db: deps.db, addEvent: writeEvent }),
    repos, git, epochs, newId, blobBytes, ...shared,
    catalogue: store,
    space,
    blobs: crash.blobs(withRoomFor(createGitBlobStore(deps.db), space)),
    lfs: createLfsStore({ db: deps.db, addEvent: writeEvent }),
    signedPaths: createSignedPaths({ keys: await loadSigningKeys(config.keyFile), nowMs: Date.now }),
    namespaces: createNamespaceDirectory(deps.accounts),
    clock: { now: () => new Date() },
    observe: crash.observer(passingOn(createStorageObserver(deps.log.named('repos'), deps.metrics), epochs, onHeadMoved)),
    lastCommits: createLastCommits(git),
  }
}

/** What this process changes is in force in this process at once. */
function passingOn(observe: StorageObserver, epochs: RepoEpochs, onHeadMoved: () => void): StorageObserver {
  return {
    ...observe,
    accessChanged(event) {
      epochs.forget(event.repoId)
      observe.accessChanged(event)
    },
    commitCreated(event) {
      if (event.ref === DEFAULT_REF) onHeadMoved()
      observe.commitCreated(event)
    },
    repoChanged(event) {
      epochs.forget(event.repoId)
      observe.repoChanged(event)
    },
  }
}

function startSweeping(lfs: LfsContext, log: Logger): NodeJS.Timeout {
  const sweep = async (): Promise<void> => {
    try {
      const count = await sweepUploads(lfs, new Date(Date.now() - UPLOAD_LIFE_MS))
      if (count > 0) log.info({ evt: 'uploads.swept', count }, 'unfinished uploads removed')
    } catch (error) {
      log.error({ evt: 'uploads.sweep-failed', err: error }, 'unfinished uploads could not be removed')
    }
  }
  const timer = setInterval(() => { void sweep() }, SWEEP_INTERVAL_MS)
  timer.unref()
  return timer
}

/** Derives anew what every repo says about itself, in a hub that does not run; answers how many. */
export async function reindexRepos(config: StorageConfig, deps: Pick<StorageDeps, 'db' | 'log'>): Promise<number> {
  const objects = await openFsBlobStore({ root: config.blobs.root, newId })
  const blobBytes = { readStart: (sha256: Sha256, maxBytes: number) => readStart(objects, sha256, maxBytes) }
  await migrate(deps.db, MIGRATIONS)
  const { store } = composeCatalogue({ db: deps.db, blobBytes, caches: createObjectCaches(config.treeCacheEntries), log: deps.log })
  await store.forgetFacts()
  return refreshStale({ catalogue: store, log: deps.log }, new AbortController().signal)
}

/** Every repo as a bare git repository below `folder`, from a hub that does not run. */
export async function exportRepos(config: StorageConfig, deps: Pick<StorageDeps, 'db'>, folder: string): Promise<readonly ExportedRepo[]> {
  const objects = await openFsBlobStore({ root: config.blobs.root, newId })
  return exportRepo({ db: deps.db, readStored: (sha256) => readStart(objects, sha256, MAX_STORED_BLOB_BYTES) }, 'all', folder)
}
