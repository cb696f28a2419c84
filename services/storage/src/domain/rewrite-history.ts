import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId } from '@hearth/ids'
import { parseCommit } from './git/commit-codec.ts'
import { EMPTY_TREE_OID, makeObject, type GitObject } from './git/git-object.ts'
import { replaceLinks } from './git/relink-object.ts'
import { encodeTree, MODE, type TreeItem } from './git/tree-codec.ts'
import type { CommitRecord, RefRecord, RepoTransaction, TreeReader } from './git-store-port.ts'

const MAX_COMMITS = 50_000
const RAW_BATCH = 500

/** Replaces every commit whose tree, or whose history, holds one of the blobs; then every ref that named such a commit. Authors, times and messages stay; signatures go. */
export async function rewriteHistory(tx: RepoTransaction, repoId: ObjectId, unwanted: ReadonlySet<GitOid>, signal: AbortSignal): Promise<void> {
  const refs = await tx.listRefs(repoId)
  const commits = await tx.listReachable(repoId, [...new Set(refs.map((ref) => ref.oid))], MAX_COMMITS + 1)
  if (commits.length > MAX_COMMITS) throw new HearthError('TOO_LARGE', `A history of more than ${MAX_COMMITS} commits is not rewritten; squash it first`)
  const replaced = await replaceCommits(tx, repoId, { commits: parentsFirst(commits), trees: openTreeFilter(tx, repoId, unwanted), signal })
  for (const ref of refs) {
    const to = replaced.get(ref.oid)
    if (to !== undefined) await tx.changeRef({ kind: 'set', name: ref.name, from: ref.oid, to, ...(await replacedTag(tx, repoId, ref, to)) })
  }
}

interface Replacement {
  readonly commits: readonly CommitRecord[]
  readonly trees: TreeFilter
  readonly signal: AbortSignal
}

async function replaceCommits(tx: RepoTransaction, repoId: ObjectId, { commits, trees, signal }: Replacement): Promise<ReadonlyMap<GitOid, GitOid>> {
  const replaced = new Map<GitOid, GitOid>()
  for (let at = 0; at < commits.length; at += RAW_BATCH) {
    const batch = commits.slice(at, at + RAW_BATCH)
    signal.throwIfAborted()
    const raw = await tx.readRaw(repoId, batch.map((commit) => commit.oid))
    for (const commit of batch) {
      const { oid: treeOid, made } = await trees.filter(commit.treeOid)
      if (treeOid === commit.treeOid && !commit.parentOids.some((oid) => replaced.has(oid))) continue
      const data = raw.get(commit.oid)
      if (data === undefined) throw new HearthError('INTERNAL', `commit ${commit.oid} is missing`)
      const parentOids = commit.parentOids.map((oid) => replaced.get(oid) ?? oid)
      const object = makeObject('commit', replaceLinks(data, new Map([[commit.treeOid, treeOid], ...replacedPairs(commit, replaced)])))
      await tx.addCommit({ record: { ...commit, oid: object.oid, treeOid, parentOids }, authorEmail: parseCommit(data).author.email, objects: [...made, object], reached: [] })
      replaced.set(commit.oid, object.oid)
    }
  }
  return replaced
}

function replacedPairs(commit: CommitRecord, replaced: ReadonlyMap<GitOid, GitOid>): (readonly [GitOid, GitOid])[] {
  return commit.parentOids.flatMap((oid) => {
    const to = replaced.get(oid)
    return to === undefined ? [] : [[oid, to] as const]
  })
}

async function replacedTag(tx: RepoTransaction, repoId: ObjectId, ref: RefRecord, to: GitOid): Promise<{ readonly tag?: GitObject }> {
  const data = ref.tagOid === undefined ? undefined : (await tx.readRaw(repoId, [ref.tagOid])).get(ref.tagOid)
  return data === undefined ? {} : { tag: makeObject('tag', replaceLinks(data, new Map([[ref.oid, to]]))) }
}

/** Each commit after its parents. */
function parentsFirst(commits: readonly CommitRecord[]): CommitRecord[] {
  const known = new Map(commits.map((commit) => [commit.oid, commit]))
  const ordered: CommitRecord[] = []
  const state = new Map<GitOid, 'open' | 'done'>()
  for (const start of commits) {
    const stack = [start]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const pending = state.get(top.oid) === undefined ? top.parentOids.filter((oid) => state.get(oid) === undefined && known.has(oid)) : []
      if (state.get(top.oid) === undefined) state.set(top.oid, 'open')
      if (pending.length > 0) {
        for (const oid of pending) stack.push(known.get(oid) ?? top)
        continue
      }
      stack.pop()
      if (state.get(top.oid) === 'done') continue
      state.set(top.oid, 'done')
      ordered.push(top)
    }
  }
  return ordered
}

interface TreeFilter {
  /** The tree without the unwanted blobs, and the tree objects that were made for it. */
  filter(oid: GitOid): Promise<{ readonly oid: GitOid; readonly made: readonly GitObject[] }>
}

interface FilterWork {
  readonly reader: TreeReader
  readonly repoId: ObjectId
  readonly unwanted: ReadonlySet<GitOid>
  /** What became of each tree that was looked at. */
  readonly known: Map<GitOid, GitOid>
}

function openTreeFilter(reader: TreeReader, repoId: ObjectId, unwanted: ReadonlySet<GitOid>): TreeFilter {
  const work = { reader, repoId, unwanted, known: new Map<GitOid, GitOid>() }
  return {
    async filter(oid) {
      const made: GitObject[] = []
      return { oid: await filterTree(work, oid, made), made }
    },
  }
}

async function filterTree(work: FilterWork, oid: GitOid, made: GitObject[]): Promise<GitOid> {
  const seen = work.known.get(oid)
  if (seen !== undefined) return seen
  const items = (await work.reader.readTrees(work.repoId, [oid])).get(oid)?.items ?? []
  await readAhead(work, items)
  const kept: TreeItem[] = []
  for (const item of items) {
    const filtered = await filterItem(work, item, made)
    if (filtered !== undefined) kept.push(filtered)
  }
  const isSame = kept.length === items.length && kept.every((item, index) => item === items[index])
  const object = makeObject('tree', encodeTree(kept))
  if (!isSame) made.push(object)
  work.known.set(oid, object.oid)
  return object.oid
}

/** undefined for an unwanted file, and for a folder of which nothing is left. */
async function filterItem(work: FilterWork, item: TreeItem, made: GitObject[]): Promise<TreeItem | undefined> {
  if (item.mode !== MODE.folder) return work.unwanted.has(item.oid) ? undefined : item
  const oid = await filterTree(work, item.oid, made)
  if (oid === item.oid) return item
  return oid === EMPTY_TREE_OID ? undefined : { ...item, oid }
}

/** The folders of a tree in one read: the reader remembers them. */
async function readAhead({ reader, repoId, known }: FilterWork, items: readonly TreeItem[]): Promise<void> {
  const folders = items.filter((item) => item.mode === MODE.folder && !known.has(item.oid)).map((item) => item.oid)
  if (folders.length > 1) await reader.readTrees(repoId, folders)
}
