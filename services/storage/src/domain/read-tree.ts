import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isGitOid, type GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { MODE, type TreeItem } from './git/tree-codec.ts'
import type { CommitRecord } from './git-store-port.ts'
import { decodePageToken, encodePageToken, pageSizeOf } from './page-token.ts'
import type { ContentContext } from './ports.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { describeItems, type TreeEntry } from './tree-entries.ts'
import { findItems, walkTree, type WalkedItem } from './tree-lookup.ts'

export interface ListTreeQuery {
  readonly repo: RepoName
  readonly revision: string
  readonly path: string
  readonly recursive: boolean
  readonly expand: boolean
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

export interface TreePage {
  readonly repo: Repo
  readonly sha: GitOid
  readonly entries: readonly TreeEntry[]
  readonly nextPageToken: string | undefined
}

export const MAX_TREE_PAGE = 1000
const MAX_EXPANDED_PAGE = 50
export const MAX_PATHS = 1000

/** One page of a folder. Later pages stay at the commit of the first, wherever the branch has moved to. */
export async function listTree(ctx: ContentContext, actor: Actor, query: ListTreeQuery): Promise<TreePage> {
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const cursor = query.pageToken === undefined ? undefined : parseCursor(query.pageToken, query.path)
  const sha = await resolveRevision(ctx.git, repo, cursor?.sha ?? query.revision)
  const commit = await commitAt(ctx, repo, sha)
  const folder = (await findItems(ctx.git, repo.id, commit.treeOid, [query.path])).get(query.path)
  if (folder?.mode !== MODE.folder) throw noEntry(query.path, sha)
  const max = query.expand ? MAX_EXPANDED_PAGE : MAX_TREE_PAGE
  const limit = pageSizeOf(query.pageSize, max, max)
  const items = await takePage(ctx, repo, { path: query.path, oid: folder.oid }, { recursive: query.recursive, after: cursor?.after, limit })
  const shown = items.slice(0, limit)
  const entries = await describe(ctx, { repo, sha, expand: query.expand }, shown)
  const last = shown.at(-1)
  const nextPageToken = items.length > limit && last !== undefined ? treePageToken({ sha, path: query.path, after: last.path }) : undefined
  return { repo, sha, entries, nextPageToken }
}

/** Where a listing of the folder `path` goes on: after the item `after`. */
export function treePageToken({ sha, path, after }: { readonly sha: GitOid; readonly path: string; readonly after: string }): string {
  return encodePageToken([sha, path, after])
}

function parseCursor(token: string, path: string): { readonly sha: GitOid; readonly after: string } {
  const [sha, folder, after] = decodePageToken(token, ['string', 'string', 'string'])
  const fits = typeof sha === 'string' && isGitOid(sha) && folder === path && typeof after === 'string' && (path === '' || after.startsWith(`${path}/`))
  if (!fits) throw new HearthError('INVALID_ARGUMENT', 'The page token belongs to another listing')
  return { sha, after }
}

interface PageWalk {
  readonly recursive: boolean
  readonly after: string | undefined
  readonly limit: number
}

/** One item more than the page, to know whether there is a next one. */
async function takePage(ctx: ContentContext, repo: Repo, start: { readonly path: string; readonly oid: GitOid }, walk: PageWalk): Promise<WalkedItem[]> {
  const items: WalkedItem[] = []
  for await (const item of walkTree(ctx.git, repo.id, start, walk)) {
    items.push(item)
    if (items.length > walk.limit) break
  }
  return items
}

interface Place {
  readonly repo: Repo
  readonly sha: GitOid
  readonly expand: boolean
}

async function describe(ctx: ContentContext, { repo, sha, expand }: Place, items: readonly Pick<WalkedItem, 'path' | 'item'>[]): Promise<TreeEntry[]> {
  const entries = await describeItems(ctx.git, repo.id, items)
  if (!expand) return entries
  const last = await ctx.lastCommits.find(repo.id, sha, entries.map((entry) => entry.path))
  return entries.map((entry) => ({ ...entry, lastCommit: last.get(entry.path) }))
}

export async function commitAt(ctx: Pick<ContentContext, 'git'>, repo: Repo, sha: GitOid): Promise<CommitRecord> {
  const commit = await ctx.git.findCommit(repo.id, sha)
  if (commit === undefined) throw new HearthError('INTERNAL', `commit ${sha} is missing`)
  return commit
}

/** The message carries the path; `sha` in the metadata lets clients remember the absence. */
export function noEntry(path: string, sha: GitOid): HearthError {
  return new HearthError('ENTRY_NOT_FOUND', `${path === '' ? 'The folder' : path.slice(0, 500)} does not exist on this revision`, { metadata: { sha, path: path.slice(0, 500) } })
}

export interface GetPathsQuery {
  readonly repo: RepoName
  readonly revision: string
  readonly paths: readonly string[]
  readonly expand: boolean
}

/** The entries at these paths; missing ones are left out, doubles answered once. */
export async function getPaths(ctx: ContentContext, actor: Actor, query: GetPathsQuery): Promise<TreePage> {
  if (query.paths.length > MAX_PATHS) throw new HearthError('TOO_LARGE', `At most ${MAX_PATHS} paths can be asked for at once`)
  const repo = await openRepo(ctx.repos, actor, query.repo, 'see')
  const sha = await resolveRevision(ctx.git, repo, query.revision)
  const commit = await commitAt(ctx, repo, sha)
  const wanted = new Set(query.paths.map((path) => path.replace(/\/$/, '')).filter((path) => path !== ''))
  const found = await findItems(ctx.git, repo.id, commit.treeOid, wanted)
  const items = [...wanted].flatMap((path): { path: string; item: TreeItem }[] => {
    const item = found.get(path)
    return item === undefined ? [] : [{ path, item }]
  })
  return { repo, sha, entries: await describe(ctx, { repo, sha, expand: query.expand }, items), nextPageToken: undefined }
}
