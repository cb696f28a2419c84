import { HearthError } from '@hearth/errors'
import type { GitOid, ObjectId } from '@hearth/ids'
import { EMPTY_TREE_OID, makeObject, type GitObject } from './git/git-object.ts'
import { foldersAbove, invalidPath, joinPath, splitPath } from './git/path-rules.ts'
import { compareTreeItems, encodeTree, MODE, type TreeItem, type TreeMode } from './git/tree-codec.ts'
import type { Tree, TreeReader } from './git-store-port.ts'

/** A file of the new tree: its blob is stored, or comes with the commit. */
export interface FileItem {
  readonly mode: TreeMode
  readonly oid: GitOid
}

interface FolderNode {
  readonly children: Map<string, FileItem | FolderNode>
  isTouched: boolean
  /** Of the tree as it was loaded; undefined for a new folder. */
  readonly oid: GitOid | undefined
}

/**
 * The next tree of a repo, edited in memory: only the folders that a commit touches are loaded and written again.
 * `load` the folders of all paths first; the edits themselves are then synchronous and are applied in order.
 */
export interface TreeEdit {
  find(path: string): TreeItem | undefined
  put(path: string, item: FileItem): void
  removeFile(path: string): void
  removeFolder(path: string): void
  /** The root's id and the new tree objects, children before parents. */
  finish(): { readonly rootOid: GitOid; readonly trees: readonly GitObject[] }
}

/** Loads what edits of `paths` will touch, one query for each level of depth. */
export async function openTreeEdit(reader: TreeReader, repoId: ObjectId, rootOid: GitOid, paths: Iterable<string>): Promise<TreeEdit> {
  const root = await loadNode(reader, repoId, rootOid)
  let level = new Map<string, FolderNode>([['', root]])
  let wanted = foldersOf(paths)
  while (wanted.size > 0 && level.size > 0) {
    level = await loadChildren(reader, repoId, level, wanted)
    wanted = new Map([...wanted].map(([folder, depth]) => [folder, depth - 1] as const).filter(([, depth]) => depth > 0))
  }
  return {
    find: (path) => findItem(root, path),
    put: (path, item) => putFile(root, path, item),
    removeFile: (path) => removeItem(root, path, 'any'),
    removeFolder: (path) => removeItem(root, path, 'folder'),
    finish: () => {
      const trees: GitObject[] = []
      const rootTree = writeFolder(root, trees)
      return { rootOid: rootTree ?? EMPTY_TREE_OID, trees: rootTree === undefined ? [makeObject('tree', Buffer.alloc(0))] : trees }
    },
  }
}

/** Each folder that has to be open for the edits, with its depth. */
function foldersOf(paths: Iterable<string>): Map<string, number> {
  return new Map([...foldersAbove(paths)].map((folder) => [folder, folder.split('/').length]))
}

async function loadNode(reader: TreeReader, repoId: ObjectId, oid: GitOid): Promise<FolderNode> {
  if (oid === EMPTY_TREE_OID) return { children: new Map(), isTouched: false, oid }
  const tree = (await reader.readTrees(repoId, [oid])).get(oid)
  if (tree === undefined) throw new HearthError('INTERNAL', `tree ${oid} is missing`)
  return nodeOf(tree)
}

/** Folders are left closed: a child folder is a FileItem of folder mode until `loadChildren` opens it. */
function nodeOf(tree: Tree): FolderNode {
  return { children: new Map(tree.items.map((item) => [item.name, item])), isTouched: false, oid: tree.oid }
}

async function loadChildren(
  reader: TreeReader, repoId: ObjectId, level: ReadonlyMap<string, FolderNode>, wanted: ReadonlyMap<string, number>,
): Promise<Map<string, FolderNode>> {
  const closed: { readonly path: string; readonly parent: FolderNode; readonly name: string; readonly oid: GitOid }[] = []
  for (const folder of wanted.keys()) {
    const [parentPath, name] = splitPath(folder)
    const parent = level.get(parentPath)
    const child = parent?.children.get(name)
    if (parent !== undefined && child !== undefined && !isNode(child) && child.mode === MODE.folder) closed.push({ path: folder, parent, name, oid: child.oid })
  }
  const trees = await reader.readTrees(repoId, closed.map((child) => child.oid))
  const opened = new Map<string, FolderNode>()
  for (const child of closed) {
    const tree = trees.get(child.oid)
    if (tree === undefined) throw new HearthError('INTERNAL', `tree ${child.oid} is missing`)
    const node = nodeOf(tree)
    child.parent.children.set(child.name, node)
    opened.set(child.path, node)
  }
  return opened
}

function isNode(child: FileItem | FolderNode): child is FolderNode {
  return 'children' in child
}

function findItem(root: FolderNode, path: string): TreeItem | undefined {
  const [folder, name] = splitPath(path)
  const child = findFolder(root, folder)?.children.get(name)
  if (child === undefined) return undefined
  return isNode(child) ? { name, mode: MODE.folder, oid: child.oid ?? EMPTY_TREE_OID } : { name, mode: child.mode, oid: child.oid }
}

function findFolder(root: FolderNode, folder: string): FolderNode | undefined {
  let node: FolderNode | undefined = root
  for (const segment of folder === '' ? [] : folder.split('/')) {
    const child: FileItem | FolderNode | undefined = node.children.get(segment)
    if (child === undefined || !isNode(child)) return undefined
    node = child
  }
  return node
}

function putFile(root: FolderNode, path: string, item: FileItem): void {
  const [folder, name] = splitPath(path)
  const parent = openFolder(root, folder, path)
  const present = parent.children.get(name)
  if (present !== undefined && (isNode(present) || present.mode === MODE.folder)) throw invalidPath(path, 'it is a folder in this repository')
  parent.children.set(name, item)
}

/** Creates what is missing on the way and marks all of it as touched. */
function openFolder(root: FolderNode, folder: string, path: string): FolderNode {
  let node = root
  let walked = ''
  node.isTouched = true
  for (const segment of folder === '' ? [] : folder.split('/')) {
    walked = joinPath(walked, segment)
    let child = node.children.get(segment)
    if (child === undefined) {
      child = { children: new Map(), isTouched: true, oid: undefined }
      node.children.set(segment, child)
    }
    if (!isNode(child)) throw invalidPath(path, `${JSON.stringify(walked)} is a file in this repository`)
    child.isTouched = true
    node = child
  }
  return node
}

/** A folder that loses its last entry goes with it, as git keeps no empty folders. */
function removeItem(root: FolderNode, path: string, kind: 'any' | 'folder'): void {
  const [folder, name] = splitPath(path)
  const chain: { readonly node: FolderNode; readonly name: string }[] = []
  let node = root
  for (const segment of folder === '' ? [] : folder.split('/')) {
    const child = node.children.get(segment)
    if (child === undefined || !isNode(child)) throw entryMissing(path)
    chain.push({ node, name: segment })
    node = child
  }
  const present = node.children.get(name)
  if (present === undefined) throw entryMissing(path)
  if (kind === 'folder' && !isNode(present) && present.mode !== MODE.folder) throw entryMissing(path)
  chain.push({ node, name })
  for (const step of chain) step.node.isTouched = true
  for (const step of chain.toReversed()) {
    step.node.children.delete(step.name)
    if (step.node.children.size > 0) return
  }
}

function entryMissing(path: string): HearthError {
  return new HearthError('ENTRY_NOT_FOUND', "A file with this name doesn't exist", { metadata: { path: path.slice(0, 500) } })
}

/** undefined when nothing is left in it. */
function writeFolder(node: FolderNode, trees: GitObject[]): GitOid | undefined {
  if (!node.isTouched && node.oid !== undefined) return node.oid
  const items: TreeItem[] = []
  for (const [name, child] of node.children) {
    if (!isNode(child)) {
      items.push({ name, mode: child.mode, oid: child.oid })
      continue
    }
    const oid = writeFolder(child, trees)
    if (oid !== undefined) items.push({ name, mode: MODE.folder, oid })
  }
  if (items.length === 0) return undefined
  const object = makeObject('tree', encodeTree(items.toSorted(compareTreeItems)))
  if (object.oid !== node.oid) trees.push(object)
  return object.oid
}
