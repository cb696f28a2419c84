import type { GitOid, ObjectId } from '@hearth/ids'
import type { DetailChoice, RepoFacts } from './catalogue/facts.ts'
import type { AccessStatus } from './gating.ts'
import type { NewCommit } from './git-store-port.ts'
import type { Repo, RepoName, RepoType, SpaceSdk } from './repo.ts'

export type RepoSort = 'lastModified' | 'created' | 'downloads' | 'likes' | 'trending'

/** Whose repos a list may show: the SQL form of `can(actor, 'see', repo)`. */
export type VisibilityFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'public'; readonly orPrivateIn: readonly string[]; readonly orPrivateRepos?: PrivateRepos }

/** Single repos, as a fine-grained token names them, as long as they are in one of these namespaces; `undefined`: in any. */
export interface PrivateRepos {
  readonly ids: readonly string[]
  readonly namespaceIds: readonly string[] | undefined
}

/** The place after which a page begins: the sort value and id of the last row shown. */
export interface RepoCursor {
  readonly value: number
  readonly id: string
}

export interface RepoListQuery {
  readonly type: RepoType
  readonly visible: VisibilityFilter
  readonly author: string | undefined
  readonly search: readonly string[]
  readonly gated: boolean | undefined
  /** All of them. */
  readonly tags: readonly string[]
  readonly pipelineTag: string | undefined
  readonly minParameters: number | undefined
  readonly maxParameters: number | undefined
  /** Of each group at least one: `model:ns/name`, `dataset:ns/name`. */
  readonly links: readonly (readonly string[])[]
  /** Only repos whose card names any repo. */
  readonly hasLinks: boolean
  readonly details: DetailChoice
  readonly sort: RepoSort
  readonly ascending: boolean
  readonly after: RepoCursor | undefined
  readonly limit: number
}

/** At most `limit` rows. */
export interface RepoPage {
  readonly rows: readonly ListedRepo[]
  readonly hasMore: boolean
}

/** One row of a list; the same object as long as it is the same row, never altered. */
export interface ListedRepo {
  /** Equal versions are equal rows. */
  readonly version: string
  readonly repo: Repo
  readonly facts: RepoFacts
}

export interface NewRepo {
  readonly id: ObjectId
  readonly type: RepoType
  readonly namespace: string
  readonly name: string
  readonly namespaceId: string
  readonly creatorId: string
  readonly visibility: 'public' | 'private'
  readonly spaceSdk: SpaceSdk | undefined
  readonly createdAt: Date
  readonly headOid: GitOid
}

/** A repo that starts with what another one holds. */
export type RepoCopy = Omit<NewRepo, 'headOid'>

export interface RepoPlace {
  /** Canonical spelling, as `name`. */
  readonly namespace: string
  readonly namespaceId: string
  readonly name: string
}

export interface RepoCounts {
  readonly models: number
  readonly datasets: number
  readonly spaces: number
}

export interface OwnedRepoQuery {
  readonly namespaceId: string
  readonly after: RepoCursor | undefined
  readonly limit: number
}

export interface RepoSettings {
  readonly visibility: 'public' | 'private' | undefined
  readonly gated: 'open' | 'auto' | 'manual' | undefined
}

export interface RepoStore {
  /** By canonical name, old name or alias, any case. */
  findRepo(name: RepoName): Promise<Repo | undefined>
  findRepoById(id: ObjectId): Promise<Repo | undefined>
  /** What became of this user's request to read this gated repo; undefined when there is none. */
  findAccessStatus(id: ObjectId, userId: string): Promise<AccessStatus | undefined>
  findReposByIds(ids: readonly ObjectId[]): Promise<readonly Repo[]>
  listRepos(query: RepoListQuery): Promise<RepoPage>
  /** The repo with its first commit and branch. Throws REPO_EXISTS (metadata `repo`) when the name is taken. */
  insertRepo(repo: NewRepo, first: NewCommit): Promise<Repo>
  /** Bumps the epoch when something changed. undefined: no such repo. */
  updateSettings(id: ObjectId, settings: RepoSettings): Promise<Repo | undefined>
  deleteRepo(id: ObjectId): Promise<void>
  /** Bumps the epoch; the old name leads here until another repo takes it. Throws REPO_EXISTS when the name is taken. undefined: no such repo. */
  moveRepo(id: ObjectId, to: RepoPlace): Promise<Repo | undefined>
  /** Branches and tags with all that they reach, the gate included, in one transaction. Throws REPO_EXISTS (metadata `repo`). undefined: no such source. */
  duplicateRepo(sourceId: ObjectId, copy: RepoCopy): Promise<Repo | undefined>
  /** Bytes that the repo's objects take in the database, about. */
  measureRows(id: ObjectId): Promise<number>
  countRepos(namespace: string, visible: VisibilityFilter): Promise<RepoCounts>
  /** Of all types, last change first; `totalBytes` counts the whole namespace. */
  listOwnedRepos(query: OwnedRepoQuery): Promise<{ readonly repos: readonly Repo[]; readonly totalBytes: number }>
  /** True when it was not like that before. */
  upsertAlias(alias: { readonly type: RepoType; readonly from: string; readonly to: string }): Promise<boolean>
}
