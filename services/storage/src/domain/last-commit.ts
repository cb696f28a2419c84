import type { GitOid, ObjectId } from '@hearth/ids'
import { LRUCache } from 'lru-cache'
import type { CommitRecord, GitReader, Tree } from './git-store-port.ts'
import { splitPath } from './git/path-rules.ts'
import { findItems } from './tree-lookup.ts'

export interface CommitSummary {
  readonly oid: GitOid
  readonly title: string
  readonly time: Date
}

/** Names of one folder to the commit that last changed each. */
type FolderHistory = ReadonlyMap<string, CommitSummary>

export interface LastCommits {
  /** For each path the newest commit that changed it, as far back as the walk goes; paths beyond that are left out. */
  find(repoId: ObjectId, head: GitOid, paths: readonly string[]): Promise<ReadonlyMap<string, CommitSummary>>
}

const BATCH = 64
const MAX_COMMITS = 2048
const CACHED_NAMES = 200_000

/** Walks first parents from the head, one walk for each folder, and remembers the answer by (head, folder): both never change. */
export function createLastCommits(git: GitReader): LastCommits {
  const cache = new LRUCache<string, FolderHistory>({ maxSize: CACHED_NAMES, sizeCalculation: (history) => history.size + 1 })
  return {
    async find(repoId, head, paths) {
      const found = new Map<string, CommitSummary>()
      for (const [folder, group] of Map.groupBy(paths, (path) => splitPath(path)[0])) {
        const key = `${repoId}:${head}:${folder}`
        const history = cache.get(key) ?? await walkFolder(git, repoId, head, folder)
        cache.set(key, history)
        for (const path of group) {
          const summary = history.get(splitPath(path)[1])
          if (summary !== undefined) found.set(path, summary)
        }
      }
      return found
    },
  }
}

async function walkFolder(git: GitReader, repoId: ObjectId, head: GitOid, folder: string): Promise<FolderHistory> {
  const history = new Map<string, CommitSummary>()
  let newer: Snapshot | undefined
  let pending = new Map<string, GitOid>()
  let start: GitOid | undefined = head
  for (let seen = 0; start !== undefined && seen < MAX_COMMITS; seen += BATCH) {
    const commits = await git.walkFirstParents(repoId, start, BATCH)
    for (const snapshot of await folderSnapshots(git, repoId, commits, folder)) {
      if (newer === undefined) pending = new Map(snapshot.tree?.items.map((item) => [item.name, item.oid]))
      else attribute(pending, newer, snapshot.tree, history)
      newer = snapshot
      if (pending.size === 0) return history
    }
    start = commits.at(-1)?.parentOids[0]
  }
  if (start === undefined && newer !== undefined) attribute(pending, newer, undefined, history)
  return history
}

interface Snapshot {
  readonly commit: CommitRecord
  /** undefined: the folder is not there at that commit. */
  readonly tree: Tree | undefined
}

/** What differs from the older snapshot was changed by the newer commit. */
function attribute(pending: Map<string, GitOid>, newer: Snapshot, older: Tree | undefined, history: Map<string, CommitSummary>): void {
  if (newer.tree !== undefined && newer.tree.oid === older?.oid) return
  const { oid, title, time } = newer.commit
  for (const [name, itemOid] of pending) {
    if (older?.find(name)?.oid === itemOid) continue
    history.set(name, { oid, title, time })
    pending.delete(name)
  }
}

async function folderSnapshots(git: GitReader, repoId: ObjectId, commits: readonly CommitRecord[], folder: string): Promise<Snapshot[]> {
  const folderOids: (GitOid | undefined)[] = []
  await git.readTrees(repoId, [...new Set(commits.map((commit) => commit.treeOid))])
  for (const commit of commits) folderOids.push((await findItems(git, repoId, commit.treeOid, [folder])).get(folder)?.oid)
  const trees = await git.readTrees(repoId, [...new Set(folderOids.filter((oid) => oid !== undefined))])
  return commits.map((commit, index) => {
    const oid = folderOids[index]
    return { commit, tree: oid === undefined ? undefined : trees.get(oid) }
  })
}
