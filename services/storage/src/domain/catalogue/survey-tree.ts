import { createFileFacts, type FileFacts } from '@hearth/formats'
import type { GitOid, ObjectId } from '@hearth/ids'
import { joinPath } from '../git/path-rules.ts'
import { MODE, type TreeItem } from '../git/tree-codec.ts'
import type { Tree, TreeReader } from '../git-store-port.ts'
import type { WeightFile, WeightSelection } from './facts.ts'

/** Deeper folders, and those beyond the bounds, do not name formats: a commit must not pay for a walk through a million files. */
const MAX_DEPTH = 3
const MAX_FOLDERS = 64
const MAX_ENTRIES = 20_000
const MAX_SHARDS = 2000

export interface TreeSurvey {
  readonly files: FileFacts
  readonly card: TreeItem | undefined
  readonly config: TreeItem | undefined
  readonly tokenizerConfig: TreeItem | undefined
  readonly weights: WeightSelection | undefined
}

/** What the names in a tree tell, in one read for each level of depth. */
export async function surveyTree(reader: TreeReader, repoId: ObjectId, rootOid: GitOid): Promise<TreeSurvey> {
  const facts = createFileFacts()
  const root = (await reader.readTrees(repoId, [rootOid])).get(rootOid)
  let level: Folder[] = root === undefined ? [] : [{ path: '', tree: root }]
  let left = MAX_ENTRIES
  for (let depth = 0; level.length > 0; depth += 1) {
    const folders: { readonly path: string; readonly oid: GitOid }[] = []
    for (const folder of level) {
      for (const item of folder.tree.items.slice(0, Math.max(0, left))) {
        const path = joinPath(folder.path, item.name)
        if (item.mode === MODE.folder) folders.push({ path, oid: item.oid })
        else if (item.mode !== MODE.submodule) facts.add(path)
      }
      left -= folder.tree.items.length
    }
    level = depth + 1 < MAX_DEPTH && left > 0 ? await openFolders(reader, repoId, folders.slice(0, MAX_FOLDERS)) : []
  }
  return {
    files: facts.finish(), card: fileAt(root, 'README.md'), config: fileAt(root, 'config.json'), tokenizerConfig: fileAt(root, 'tokenizer_config.json'),
    weights: root === undefined ? undefined : selectWeights(root),
  }
}

interface Folder {
  readonly path: string
  readonly tree: Tree
}

async function openFolders(reader: TreeReader, repoId: ObjectId, folders: readonly { readonly path: string; readonly oid: GitOid }[]): Promise<Folder[]> {
  if (folders.length === 0) return []
  const trees = await reader.readTrees(repoId, [...new Set(folders.map(({ oid }) => oid))])
  return folders.flatMap(({ path, oid }) => {
    const tree = trees.get(oid)
    return tree === undefined ? [] : [{ path, tree }]
  })
}

function fileAt(tree: Tree | undefined, name: string): TreeItem | undefined {
  const item = tree?.find(name)
  return item !== undefined && isFile(item) ? item : undefined
}

function isFile(item: TreeItem): boolean {
  return item.mode === MODE.file || item.mode === MODE.executable
}

const WHOLE_FILES = ['model.safetensors', 'adapter_model.safetensors'] as const
const INDEX_FILE = 'model.safetensors.index.json'

/** model.safetensors; else the index with the shards beside it; else an adapter's, or the only file of weights there is. */
function selectWeights(root: Tree): WeightSelection | undefined {
  const whole = fileAt(root, WHOLE_FILES[0])
  if (whole !== undefined) return { index: undefined, files: [toFile(whole)] }
  const index = fileAt(root, INDEX_FILE)
  const loose = root.items.filter((item) => isFile(item) && item.name.endsWith('.safetensors'))
  if (index !== undefined) return { index: toFile(index), files: loose.slice(0, MAX_SHARDS).map(toFile) }
  const single = fileAt(root, WHOLE_FILES[1]) ?? (loose.length === 1 ? loose[0] : undefined)
  return single === undefined ? undefined : { index: undefined, files: [toFile(single)] }
}

function toFile(item: TreeItem): WeightFile {
  return { path: item.name, oid: item.oid }
}
