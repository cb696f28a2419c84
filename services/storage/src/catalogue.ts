import type { Db } from '@hearth/db'
import { isHearthError } from '@hearth/errors'
import { FACTS_VERSION } from '@hearth/formats'
import type { ObjectId } from '@hearth/ids'
import type { Logger } from '@hearth/telemetry'
import type { BlobStore } from './domain/blob-store-port.ts'
import type { CatalogueStore, FactsDeriver } from './domain/catalogue/catalogue-store-port.ts'
import { deriveFacts } from './domain/catalogue/derive-facts.ts'
import { createDownloadCounter, type DownloadCounter } from './domain/catalogue/download-counter.ts'
import { createTagLists, type TagLists } from './domain/catalogue/list-tags.ts'
import { createRepoTexts, type RepoTexts } from './domain/catalogue/repo-texts.ts'
import { countNextWeights, type WeightContext } from './domain/catalogue/weight-worker.ts'
import type { BlobBytesReader } from './domain/ports.ts'
import { startRepeatedWork, type RepeatedWork } from './repeated-work.ts'
import { createCatalogueStore } from './stores/catalogue-store.pg.ts'
import { createDownloadStore } from './stores/download-store.pg.ts'
import { createFactsWriter, type FactsWriter } from './stores/facts-writer.pg.ts'
import { createListEstimate, type ListEstimate } from './stores/list-estimate.ts'
import type { ObjectCaches } from './stores/tree-cache.ts'

const FLUSH_MS = 10_000
const WEIGHTS_POLL_MS = 5_000
const REFRESH_MS = 60_000
const EXPIRE_MS = 15 * 60_000
const DOWNLOADS_SHOWN_MS = 30 * 24 * 3600 * 1000
const REFRESH_BATCH = 100

/** The parts of the catalogue that stores and use-cases share. */
export interface Catalogue {
  readonly texts: RepoTexts
  readonly deriveFacts: FactsDeriver
  readonly writeFacts: FactsWriter
  readonly estimate: ListEstimate
  readonly store: CatalogueStore
  readonly tags: TagLists
}

export interface CatalogueDeps {
  readonly db: Db
  readonly blobBytes: BlobBytesReader
  readonly caches: ObjectCaches
  readonly log: Logger
}

export function composeCatalogue({ db, blobBytes, caches, log }: CatalogueDeps): Catalogue {
  const texts = createRepoTexts(blobBytes)
  const derive: FactsDeriver = (source, subject, knownKey) => deriveFacts(texts, source, subject, knownKey)
  const writeFacts = createFactsWriter(derive, caches)
  const store = createCatalogueStore({ db, writeFacts })
  const estimate = createListEstimate(db, Date.now, (error) => { log.warn({ evt: 'list-sample.failed', err: error }, 'no sample of the repos could be taken') })
  return { texts, deriveFacts: derive, writeFacts, estimate, store, tags: createTagLists(store, Date.now) }
}

export interface CatalogueWork extends AsyncDisposable {
  readonly downloads: DownloadCounter
  /** A default branch moved: there may be weights to count. */
  wake(): void
  /** For tests and commands: until nothing is left to derive, count or write. */
  settle(): Promise<void>
}

export interface CatalogueWorkDeps extends Omit<WeightContext, 'objects'> {
  readonly catalogue: CatalogueStore
  readonly db: Db
  readonly objects: BlobStore
  readonly log: Logger
}

/** Everything that happens to the catalogue outside of requests. What was counted is written before this is closed. */
export function startCatalogueWork(deps: CatalogueWorkDeps): CatalogueWork {
  const { db, log } = deps
  const store = createDownloadStore(db)
  const downloads = createDownloadCounter(store, () => new Date())
  const works: readonly RepeatedWork[] = [
    startRepeatedWork({ name: 'facts-refresh', intervalMs: REFRESH_MS, log, work: async (signal) => { await refreshStale(deps, signal) } }),
    startRepeatedWork({ name: 'weights', intervalMs: WEIGHTS_POLL_MS, log, work: (signal) => countAll(deps, signal) }),
    startRepeatedWork({ name: 'downloads-flush', intervalMs: FLUSH_MS, log, work: () => downloads.flush() }),
    startRepeatedWork({ name: 'downloads-expiry', intervalMs: EXPIRE_MS, log, work: async () => { await store.expireDownloads(new Date(Date.now() - DOWNLOADS_SHOWN_MS)) } }),
  ]
  const [, weights] = works
  return {
    downloads,
    wake: () => weights?.wake(),
    async settle() { for (const work of works) await work.runNow() },
    async [Symbol.asyncDispose]() {
      for (const work of works) await work[Symbol.asyncDispose]()
      await downloads.flush().catch((error: unknown) => { log.error({ evt: 'downloads-flush.failed', err: error }, 'counted downloads are lost') })
    },
  }
}

async function countAll(deps: CatalogueWorkDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await countNextWeights(deps, signal)));
}

/** Derives anew what an older derivation made; answers how many repos that were. */
export async function refreshStale({ catalogue, log }: Pick<CatalogueWorkDeps, 'catalogue' | 'log'>, signal: AbortSignal): Promise<number> {
  let count = 0
  for (let ids = await catalogue.listStale(FACTS_VERSION, REFRESH_BATCH); ids.length > 0 && !signal.aborted; ids = await catalogue.listStale(FACTS_VERSION, REFRESH_BATCH)) {
    for (const id of ids) {
      if (signal.aborted) break
      await refreshOne({ catalogue, log }, id)
      count += 1
    }
  }
  if (count > 0) log.info({ evt: 'facts.refreshed', count, version: FACTS_VERSION }, 'what repos say about themselves was derived anew')
  return count
}

/** One repo that cannot be read must not keep the others from their turn: it keeps its old facts until its next commit. */
async function refreshOne({ catalogue, log }: Pick<CatalogueWorkDeps, 'catalogue' | 'log'>, id: ObjectId): Promise<void> {
  try {
    await catalogue.refreshFacts(id)
  } catch (error) {
    if (isHearthError(error, 'UNAVAILABLE')) throw error
    log.error({ evt: 'facts-refresh.skipped', repo: id, err: error }, 'what a repo says about itself could not be derived anew')
    await catalogue.keepFacts(id)
  }
}
