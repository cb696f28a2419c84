import type { Actor } from '@hearth/authz'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { MODE, type TreeItem } from './git/tree-codec.ts'
import type { ContentContext } from './ports.ts'
import { commitAt, treePageToken } from './read-tree.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { describeItems, type TreeEntry } from './tree-entries.ts'
import { findItems, walkTree, type WalkedItem } from './tree-lookup.ts'

export interface GetRepoQuery {
  readonly repo: RepoName
  readonly revision: string | undefined
  readonly includeSiblings: boolean
  readonly includeBlobs: boolean
}

export interface RepoView {
  readonly repo: Repo
  readonly sha: GitOid
  readonly revisionTime: Date
  /** Files only, in git's order; sizes and LFS facts only when asked for. */
  readonly siblings: readonly (Pick<TreeEntry, 'path'> & { readonly entry: TreeEntry | undefined })[]
  /** Set when there are more: the page of a recursive listing at `sha` that goes on after them. */
  readonly siblingsPageToken: string | undefined
  readonly cardText: string | undefined
  readonly configText: string | undefined
}

const MAX_TEXT_BYTES = 1024 * 1024
/** All siblings together, as they are encoded: one message is read and written in one go, so that it is kept small. */
const MAX_SIBLING_BYTES = 1_900_000
const SIBLING_BYTES = 8
const SIBLING_FACTS_BYTES = 160
const CARD_PATH = 'README.md'
const CONFIG_PATH = 'config.json'

/** A repo as it is at one revision. Of a gated repo the facts, card and config are open to whoever may see it; its other bytes are not. */
export async function getRepo(ctx: ContentContext, actor: Actor, query: GetRepoQuery): Promise<RepoView> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const sha = await resolveRevision(ctx.git, repo, query.revision)
  const commit = await commitAt(ctx, repo, sha)
  const wanted = repo.type === 'model' ? [CARD_PATH, CONFIG_PATH] : [CARD_PATH]
  const found = await findItems(ctx.git, repo.id, commit.treeOid, wanted)
  const [cardText, configText] = await Promise.all([readSmallText(ctx, repo, found.get(CARD_PATH)), readSmallText(ctx, repo, found.get(CONFIG_PATH))])
  const wantsSiblings = query.includeSiblings || query.includeBlobs
  const { siblings, isTruncated } = wantsSiblings ? await listSiblings(ctx, repo, commit.treeOid, query.includeBlobs) : { siblings: [], isTruncated: false }
  const siblingsPageToken = isTruncated ? treePageToken({ sha, path: '', after: siblings.at(-1)?.path ?? '' }) : undefined
  return { repo, sha, revisionTime: commit.time, siblings, siblingsPageToken, cardText, configText }
}

async function listSiblings(ctx: ContentContext, repo: Repo, rootOid: GitOid, withFacts: boolean): Promise<{ siblings: RepoView['siblings']; isTruncated: boolean }> {
  const files: WalkedItem[] = []
  let isTruncated = false
  let bytes = 0
  for await (const walked of walkTree(ctx.git, repo.id, { path: '', oid: rootOid }, { recursive: true, after: undefined })) {
    if (walked.item.mode === MODE.folder || walked.item.mode === MODE.submodule) continue
    bytes += Buffer.byteLength(walked.path) + (withFacts ? SIBLING_FACTS_BYTES : SIBLING_BYTES)
    isTruncated = bytes > MAX_SIBLING_BYTES
    if (isTruncated) break
    files.push(walked)
  }
  if (!withFacts) return { siblings: files.map(({ path }) => ({ path, entry: undefined })), isTruncated }
  const entries = await describeItems(ctx.git, repo.id, files)
  return { siblings: entries.map((entry) => ({ path: entry.path, entry })), isTruncated }
}

/** undefined for a folder, a link or an LFS file: those have no text to show. */
async function readSmallText(ctx: ContentContext, repo: Repo, item: TreeItem | undefined): Promise<string | undefined> {
  if (item === undefined || (item.mode !== MODE.file && item.mode !== MODE.executable)) return undefined
  const facts = (await ctx.git.readFacts(repo.id, [item.oid])).get(item.oid)
  if (facts === undefined || facts.lfs !== undefined) return undefined
  const blob = await ctx.blobs.readBlob(repo.id, item.oid)
  if (blob === undefined) return undefined
  const data = blob.bytes.kind === 'inline' ? blob.bytes.data.subarray(0, MAX_TEXT_BYTES) : await ctx.blobBytes.readStart(blob.bytes.sha256, MAX_TEXT_BYTES)
  return data.toString('utf8')
}
