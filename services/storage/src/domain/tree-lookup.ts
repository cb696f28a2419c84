import type { GitOid, ObjectId } from '@hearth/ids'
import { joinPath } from './git/path-rules.ts'
import { MODE, type TreeItem } from './git/tree-codec.ts'
import type { Tree, TreeReader } from './git-store-port.ts'

/** What stands at each of `paths` ("" is the root); missing ones are left out. One read for each level of depth. */
export async function findItems(reader: TreeReader, repoId: ObjectId, rootOid: GitOid, paths: Iterable<string>): Promise<ReadonlyMap<string, TreeItem>> {
  const found = new Map<string, TreeItem>()
  const root: TreeItem = { name: '', mode: MODE.folder, oid: rootOid }
  let pending: Pending[] = []
  for (const path of paths) {
    if (path === '') found.set(path, root)
    else pending.push({ path, segments: path.split('/'), at: root })
  }
  for (let depth = 0; pending.length > 0; depth += 1) {
    const trees = await reader.readTrees(repoId, [...new Set(pending.map((entry) => entry.at.oid))])
    pending = pending.flatMap((entry) => descend(entry, depth, trees, found))
  }
  return found
}

interface Pending {
  readonly path: string
  readonly segments: readonly string[]
  readonly at: TreeItem
}

function descend(entry: Pending, depth: number, trees: ReadonlyMap<GitOid, Tree>, found: Map<string, TreeItem>): Pending[] {
  const item = trees.get(entry.at.oid)?.find(entry.segments[depth] ?? '')
  if (item === undefined) return []
  if (depth === entry.segments.length - 1) {
    found.set(entry.path, item)
    return []
  }
  return item.mode === MODE.folder ? [{ ...entry, at: item }] : []
}

export interface WalkedItem {
  readonly path: string
  /** Folder that holds it, "" for the root. */
  readonly folder: string
  readonly item: TreeItem
}

export interface WalkOptions {
  readonly recursive: boolean
  /** Path (from the repo's root) of the last item that a former page showed. */
  readonly after: string | undefined
}

interface Frame {
  readonly folder: string
  readonly items: readonly TreeItem[]
  next: number
}

const PREFETCHED_FOLDERS = 32

/**
 * The items of a folder in git's order, each folder before what it holds. Resumes at a path in time proportional to its
 * depth, so that page 1,000 costs what page 1 costs.
 */
export async function* walkTree(reader: TreeReader, repoId: ObjectId, start: { readonly path: string; readonly oid: GitOid }, options: WalkOptions): AsyncGenerator<WalkedItem> {
  const stack = await openFrames(reader, repoId, start, options)
  const ahead = new Map<GitOid, Tree>()
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const item = frame.items[frame.next]
    frame.next += 1
    if (item === undefined) {
      stack.pop()
      continue
    }
    const path = joinPath(frame.folder, item.name)
    yield { path, folder: frame.folder, item }
    if (options.recursive && item.mode === MODE.folder) {
      if (!ahead.has(item.oid)) await fetchAhead(reader, repoId, frame, ahead)
      stack.push({ folder: path, items: ahead.get(item.oid)?.items ?? [], next: 0 })
    }
  }
}

/** The folder just met and the ones after it: one read instead of one for each. */
async function fetchAhead(reader: TreeReader, repoId: ObjectId, frame: Frame, ahead: Map<GitOid, Tree>): Promise<void> {
  const oids = new Set<GitOid>()
  for (let index = frame.next - 1; index < frame.items.length && oids.size < PREFETCHED_FOLDERS; index += 1) {
    const item = frame.items[index]
    if (item?.mode === MODE.folder) oids.add(item.oid)
  }
  ahead.clear()
  for (const [oid, tree] of await reader.readTrees(repoId, [...oids])) ahead.set(oid, tree)
}

/** The stack as it was when `after` had been shown. */
async function openFrames(reader: TreeReader, repoId: ObjectId, start: { readonly path: string; readonly oid: GitOid }, options: WalkOptions): Promise<Frame[]> {
  const frames: Frame[] = [{ folder: start.path, items: await readItems(reader, repoId, start.oid), next: 0 }]
  if (options.after === undefined) return frames
  const relative = start.path === '' ? options.after : options.after.slice(start.path.length + 1)
  for (const segment of relative.split('/')) {
    const frame = frames.at(-1)
    const index = frame?.items.findIndex((item) => item.name === segment) ?? -1
    const item = frame?.items[index]
    if (frame === undefined || item === undefined) return frames
    frame.next = index + 1
    if (options.recursive && item.mode === MODE.folder) {
      frames.push({ folder: joinPath(frame.folder, segment), items: await readItems(reader, repoId, item.oid), next: 0 })
    }
  }
  return frames
}

async function readItems(reader: TreeReader, repoId: ObjectId, oid: GitOid): Promise<readonly TreeItem[]> {
  return (await reader.readTrees(repoId, [oid])).get(oid)?.items ?? []
}
