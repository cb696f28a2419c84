import type { GitOid } from '@hearth/ids'
import { LRUCache } from 'lru-cache'
import type { CommitRecord, Tree } from '../domain/git-store-port.ts'
import { parseTree, type TreeItem } from '../domain/git/tree-codec.ts'
import { createPlainBlobs, type PlainBlobs } from './plain-blobs.ts'

/** Parsed immutable objects, shared by all readers of a process. Trees are keyed by content alone: equal ids are equal trees. */
export interface ObjectCaches {
  readonly trees: LRUCache<GitOid, Tree>
  readonly commits: LRUCache<string, CommitRecord>
  readonly blobs: PlainBlobs
}

const MAX_COMMITS = 20_000

/** `maxEntries` bounds the memory: about 250 bytes for each entry of a cached tree, and 100 for each of half as many blobs. */
export function createObjectCaches(maxEntries: number): ObjectCaches {
  return {
    trees: new LRUCache<GitOid, Tree>({ maxSize: maxEntries, sizeCalculation: (tree) => tree.items.length + 4 }),
    commits: new LRUCache<string, CommitRecord>({ max: MAX_COMMITS }),
    blobs: createPlainBlobs(Math.ceil(maxEntries / 2)),
  }
}

const SCAN_LIMIT = 8

export function makeTree(oid: GitOid, data: Buffer): Tree {
  const items = parseTree(data)
  let byName: Map<string, TreeItem> | undefined
  return {
    oid, items,
    find(name) {
      if (items.length <= SCAN_LIMIT) return items.find((item) => item.name === name)
      byName ??= new Map(items.map((item) => [item.name, item]))
      return byName.get(name)
    },
  }
}
