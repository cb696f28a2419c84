import type { GitOid, ObjectId } from '@hearth/ids'
import { MODE } from './git/tree-codec.ts'
import type { GitReader, LfsFacts } from './git-store-port.ts'
import type { CommitSummary } from './last-commit.ts'
import type { WalkedItem } from './tree-lookup.ts'

/** What stands at a path, as the API shows it. */
export interface TreeEntry {
  readonly path: string
  readonly kind: 'file' | 'directory'
  readonly oid: GitOid
  /** Of the file itself, not of the pointer; 0 for a folder. */
  readonly sizeBytes: number
  readonly lfs: (LfsFacts & { readonly pointerSizeBytes: number }) | undefined
  readonly lastCommit: CommitSummary | undefined
}

/** Sizes and LFS facts for the items, in one read. */
export async function describeItems(git: Pick<GitReader, 'readFacts'>, repoId: ObjectId, items: readonly Pick<WalkedItem, 'path' | 'item'>[]): Promise<TreeEntry[]> {
  const blobs = items.filter(({ item }) => item.mode !== MODE.folder && item.mode !== MODE.submodule).map(({ item }) => item.oid)
  const facts = await git.readFacts(repoId, blobs)
  return items.map(({ path, item }) => {
    const known = facts.get(item.oid)
    const lfs = known?.lfs === undefined ? undefined : { ...known.lfs, pointerSizeBytes: known.sizeBytes }
    const kind = item.mode === MODE.folder || item.mode === MODE.submodule ? 'directory' : 'file'
    return { path, kind, oid: item.oid, sizeBytes: lfs?.sizeBytes ?? known?.sizeBytes ?? 0, lfs, lastCommit: undefined }
  })
}
