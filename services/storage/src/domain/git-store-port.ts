import type { GitOid, ObjectId, Sha256 } from '@hearth/ids'
import type { GitBlobStore } from './git-blob-port.ts'
import type { GitObject } from './git/git-object.ts'
import type { TreeItem } from './git/tree-codec.ts'

/** A parsed tree, shared by all readers: never altered. */
export interface Tree {
  readonly oid: GitOid
  readonly items: readonly TreeItem[]
  find(name: string): TreeItem | undefined
}

export interface LfsFacts {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

/** What a repo knows of one of its blobs without reading it. */
export interface BlobFacts {
  readonly oid: GitOid
  /** Of the git blob: the pointer's size for an LFS file. */
  readonly sizeBytes: number
  readonly lfs: LfsFacts | undefined
}

/** A blob that a commit wants to name. `pointerText`: its bytes, when they might be a git-lfs pointer. */
export interface StagedBlob extends BlobFacts {
  readonly pointerText: Buffer | undefined
}

export interface CommitRecord {
  readonly oid: GitOid
  readonly treeOid: GitOid
  readonly parentOids: readonly GitOid[]
  readonly authorName: string
  readonly time: Date
  readonly title: string
  readonly message: string
  /** Commits in its history, itself included, while each has at most one parent; undefined behind a merge. */
  readonly linearDepth: number | undefined
}

export interface RefRecord {
  readonly name: string
  /** The commit. */
  readonly oid: GitOid
  /** Of an annotated tag the tag object, which is what git's own ref names. */
  readonly tagOid: GitOid | undefined
}

/** Reads of the immutable objects of one repo. Every answer is limited to what that repo holds. */
export interface TreeReader {
  /** Throws INTERNAL when one is missing: a commit names nothing that is not there. */
  readTrees(repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, Tree>>
}

export interface GitReader extends TreeReader {
  readFacts(repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, BlobFacts>>
  readStagedBlobs(repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, StagedBlob>>
  /** Text of a small blob; undefined when it is missing or too large to lie in its row. */
  readText(repoId: ObjectId, oid: GitOid): Promise<string | undefined>
  findCommit(repoId: ObjectId, oid: GitOid): Promise<CommitRecord | undefined>
  /** At most two: enough to see that an abbreviation is ambiguous. */
  findCommitOids(repoId: ObjectId, prefix: string): Promise<readonly GitOid[]>
  /** Those of `names` that exist, in the order of `names`. */
  findRefs(repoId: ObjectId, names: readonly string[]): Promise<readonly RefRecord[]>
  listRefs(repoId: ObjectId): Promise<readonly RefRecord[]>
  /** From `start` back, first parents only: at most `limit`, newest first. */
  walkFirstParents(repoId: ObjectId, start: GitOid, limit: number): Promise<readonly CommitRecord[]>
  /** All ancestors, newest first. */
  listHistory(repoId: ObjectId, start: GitOid, page: { readonly offset: number; readonly limit: number }): Promise<readonly CommitRecord[]>
  /** All that `starts` reach, themselves included, in no order: at most `max`. */
  listReachable(repoId: ObjectId, starts: readonly GitOid[], max: number): Promise<readonly CommitRecord[]>
  /** Bytes of commits and tags. */
  readRaw(repoId: ObjectId, oids: readonly GitOid[]): Promise<ReadonlyMap<GitOid, Buffer>>
  /** The pointers of these objects among the repo's blobs. */
  findPointers(repoId: ObjectId, sha256s: readonly Sha256[]): Promise<ReadonlySet<GitOid>>
  /** Ancestors, itself included, counted up to `max`. */
  countHistory(repoId: ObjectId, start: GitOid, max: number): Promise<number>
}

/** A blob that a commit names, and where. */
export interface ReachedBlob extends BlobFacts {
  readonly path?: string | undefined
}

/** What one commit adds; written in one go. */
export interface NewCommit {
  readonly record: CommitRecord
  readonly authorEmail: string
  /** Trees, pointer blobs and the commit itself. */
  readonly objects: readonly GitObject[]
  /** Blobs of this commit that no commit named before, or that became LFS files. */
  readonly reached: readonly ReachedBlob[]
  /** The ref that it is pushed to, when that is known. */
  readonly pushedTo?: string | undefined
}

export type RefChange =
  | { readonly kind: 'set'; readonly name: string; readonly from: GitOid | undefined; readonly to: GitOid; readonly tag?: GitObject }
  | { readonly kind: 'delete'; readonly name: string; readonly from: GitOid }

export interface NewDiscussion {
  readonly kind: 'pull_request' | 'discussion'
  readonly title: string
  readonly description: string
  readonly authorId: string
  readonly authorName: string
}

export interface DiscussionRecord extends NewDiscussion {
  readonly number: number
  readonly status: 'draft' | 'open' | 'closed' | 'merged'
}

/** One transaction that holds the repo's write lock: all of it lands, or nothing. Whatever is read inside goes through it: it has a connection already. */
export interface RepoTransaction extends GitReader, Pick<GitBlobStore, 'readBlob'> {
  addCommit(commit: NewCommit): Promise<void>
  /** Moves or deletes a ref (with its tag object) and records the event hearth.storage.v1.ref.moved. The lock makes compare-and-set a plain read before. */
  changeRef(change: RefChange): Promise<void>
  /** The repo holds these objects no more, its pointers to them become plain files, and its data URLs end. Answers how many it held. */
  dropLfsObjects(sha256s: readonly Sha256[]): Promise<number>
  /** Takes the next number of the repo (discussions and pull requests share it). */
  addDiscussion(discussion: NewDiscussion): Promise<number>
}

export interface GitStore extends GitReader {
  /** Runs `work` under the repo's write lock; throws REPO_NOT_FOUND when the repo went away meanwhile. */
  transact<T>(repoId: ObjectId, work: (tx: RepoTransaction) => Promise<T>, signal: AbortSignal): Promise<T>
  findDiscussion(repoId: ObjectId, number: number): Promise<DiscussionRecord | undefined>
}
