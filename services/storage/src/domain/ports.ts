import type { ObjectId, Sha256 } from '@hearth/ids'
import type { AccessRequestStore, Requester } from './access-request-port.ts'
import type { AccessMove, AccessStatus } from './gating.ts'
import type { CatalogueStore, FactsDeriver } from './catalogue/catalogue-store-port.ts'
import type { WeightFacts } from './catalogue/facts.ts'
import type { RepoTexts } from './catalogue/repo-texts.ts'
import type { DiskSpace } from './disk-space-port.ts'
import type { GitBlobStore } from './git-blob-port.ts'
import type { GitStore } from './git-store-port.ts'
import type { LastCommits } from './last-commit.ts'
import type { LfsCatalogue } from './lfs-catalogue-port.ts'
import type { RepoStore } from './repo-store-port.ts'
import type { SignedPaths } from './signed-path-port.ts'

export interface Namespace {
  readonly id: string
  /** Canonical spelling. */
  readonly name: string
  readonly defaultVisibility: 'public' | 'private'
}

/** How a call travels on to another service. */
export interface CallerCredentials {
  readonly actorToken: string | undefined
  readonly requestId: string
  readonly signal: AbortSignal
}

/** Users and organisations, owned by the auth service. */
export interface NamespaceDirectory {
  findNamespace(name: string, caller: CallerCredentials): Promise<Namespace | undefined>
  /** A user of that name, any case; never an organisation. */
  findUser(name: string, caller: CallerCredentials): Promise<Requester | undefined>
  /** The calling user, mail address included. */
  readCaller(caller: CallerCredentials): Promise<Requester>
}

/** Bytes of a large git blob, for the few small reads of the control plane (cards, attributes). */
export interface BlobBytesReader {
  /** At most `maxBytes` from the beginning. */
  readStart(sha256: Sha256, maxBytes: number): Promise<Buffer>
}

export interface Clock {
  now(): Date
}

/** What the use-cases report; telemetry.ts turns it into logs and counters. */
export interface StorageObserver {
  commitCreated(event: { readonly repoId: ObjectId; readonly ref: string; readonly oid: string; readonly operations: number; readonly ms: number }): void
  accessChanged(event: { readonly repoId: ObjectId; readonly requestId: ObjectId; readonly move: AccessMove; readonly status: AccessStatus }): void
  repoChanged(event: { readonly repoId: ObjectId; readonly change: 'created' | 'deleted' | 'updated' | 'moved' }): void
  /** A model's weight files were counted, or found not to be what they say. */
  weightsCounted(event: { readonly repoId: ObjectId; readonly outcome: WeightFacts; readonly ms: number }): void
}

/** All that the use-cases of repos and content need. */
export interface StorageContext {
  readonly repos: RepoStore
  readonly accessRequests: AccessRequestStore
  readonly git: GitStore
  readonly blobs: GitBlobStore
  readonly blobBytes: BlobBytesReader
  readonly lfs: LfsCatalogue
  readonly signedPaths: SignedPaths
  /** Of the database's disk. */
  readonly space: DiskSpace
  readonly namespaces: NamespaceDirectory
  readonly clock: Clock
  readonly observe: StorageObserver
  readonly newId: () => ObjectId
  /** Cards and other small texts, read where a commit is judged and where facts are derived. */
  readonly texts: RepoTexts
}

/** The same with the caches that reads share. */
export interface ContentContext extends StorageContext {
  readonly lastCommits: LastCommits
  readonly catalogue: CatalogueStore
  readonly deriveFacts: FactsDeriver
}
