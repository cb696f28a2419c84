import type { GitOid } from '@hearth/ids'
import { MODE } from './git/tree-codec.ts'
import type { ContentContext } from './ports.ts'
import type { Repo } from './repo.ts'
import { describeItems, type TreeEntry } from './tree-entries.ts'
import { walkTree, type WalkedItem } from './tree-lookup.ts'

/** The files of a repo, in git's order. */
export interface SiblingList {
  /** Sizes and LFS facts only when asked for. */
  readonly rows: readonly (Pick<TreeEntry, 'path'> & { readonly entry: TreeEntry | undefined })[]
  readonly isTruncated: boolean
}

/** All siblings of an answer together, as they are encoded: an RPC message takes 4 MiB, and other facts take 2 at most. */
export const MAX_SIBLING_BYTES = 1_900_000
const SIBLING_BYTES = 8
const SIBLING_FACTS_BYTES = 160

export interface SiblingQuery {
  readonly repo: Repo
  readonly treeOid: GitOid
  readonly withFacts: boolean
}

/** `budget` is what the answer still has room for; the list ends where it is used up. */
export async function listSiblings(ctx: Pick<ContentContext, 'git'>, { repo, treeOid, withFacts }: SiblingQuery, budget: { bytes: number }): Promise<SiblingList> {
  const files: WalkedItem[] = []
  let isTruncated = budget.bytes <= 0
  for await (const walked of walkTree(ctx.git, repo.id, { path: '', oid: treeOid }, { recursive: true, after: undefined })) {
    if (isTruncated) break
    if (walked.item.mode === MODE.folder || walked.item.mode === MODE.submodule) continue
    budget.bytes -= Buffer.byteLength(walked.path) + (withFacts ? SIBLING_FACTS_BYTES : SIBLING_BYTES)
    isTruncated = budget.bytes < 0
    if (!isTruncated) files.push(walked)
  }
  if (!withFacts) return { rows: files.map(({ path }) => ({ path, entry: undefined })), isTruncated }
  const entries = await describeItems(ctx.git, repo.id, files)
  return { rows: entries.map((entry) => ({ path: entry.path, entry })), isTruncated }
}
