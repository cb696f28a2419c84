import type { Actor } from '@hearth/authz'
import { HearthError, isHearthError } from '@hearth/errors'
import { contentHeadersOf, type ContentHeaders } from '@hearth/formats'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { MODE } from './git/tree-codec.ts'
import type { ContentContext } from './ports.ts'
import { commitAt, noEntry } from './read-tree.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { describeItems, type TreeEntry } from './tree-entries.ts'
import { findItems } from './tree-lookup.ts'

export interface FileQuery {
  readonly repo: RepoName
  readonly revision: string
  readonly path: string
  /** The blob that git holds: of a large file its pointer. */
  readonly isRaw?: boolean | undefined
}

export type FileAnswer =
  | { readonly kind: 'file'; readonly repo: Repo; readonly sha: GitOid; readonly entry: TreeEntry; readonly dataPath: string; readonly labels: ContentHeaders }
  | { readonly kind: 'problem'; readonly error: HearthError; readonly sha: GitOid | undefined }

export const MAX_QUERIES = 256
const DATA_PATH_SECONDS = 3600

/** Where the bytes of each file are. Queries that share repo and revision share the reads; one that fails does not touch the others. */
export async function resolveFiles(ctx: ContentContext, actor: Actor, queries: readonly FileQuery[]): Promise<FileAnswer[]> {
  if (queries.length > MAX_QUERIES) throw new HearthError('TOO_LARGE', `At most ${MAX_QUERIES} files can be resolved at once`)
  const groups = Map.groupBy(queries, (query) => `${query.repo.type}\0${query.repo.path}\0${query.revision}\0${query.isRaw === true}`)
  const answers = new Map<FileQuery, FileAnswer>()
  for (const group of groups.values()) {
    const solved = await resolveGroup(ctx, actor, group)
    group.forEach((query, index) => {
      const answer = solved[index]
      if (answer !== undefined) answers.set(query, answer)
    })
  }
  return queries.map((query) => answers.get(query) ?? { kind: 'problem', error: new HearthError('INTERNAL', 'internal error'), sha: undefined })
}

async function resolveGroup(ctx: ContentContext, actor: Actor, group: readonly FileQuery[]): Promise<FileAnswer[]> {
  const [first] = group
  if (first === undefined) return []
  let sha: GitOid | undefined
  try {
    const repo = await openRepo(ctx.repos, actor, first.repo, 'readContent')
    sha = await resolveRevision(ctx.git, repo, first.revision)
    return await resolvePaths(ctx, { repo, sha, isRaw: first.isRaw === true }, group.map((query) => query.path))
  } catch (error) {
    if (!isHearthError(error)) throw error
    return group.map(() => ({ kind: 'problem', error, sha }))
  }
}

interface ResolvePlace {
  readonly repo: Repo
  readonly sha: GitOid
  readonly isRaw: boolean
}

async function resolvePaths(ctx: ContentContext, { repo, sha, isRaw }: ResolvePlace, paths: readonly string[]): Promise<FileAnswer[]> {
  const commit = await commitAt(ctx, repo, sha)
  const found = await findItems(ctx.git, repo.id, commit.treeOid, new Set(paths))
  const files = [...found].flatMap(([path, item]) => (item.mode === MODE.folder || item.mode === MODE.submodule ? [] : [{ path, item }]))
  const entries = new Map((await describeItems(ctx.git, repo.id, files)).map((entry) => [entry.path, entry]))
  return paths.map((path) => {
    const found = entries.get(path)
    if (found === undefined) return { kind: 'problem', error: noEntry(path, sha), sha }
    const entry = isRaw ? asGitHoldsIt(found) : found
    const labels = contentHeadersOf(path, { isText: isRaw && found.lfs !== undefined })
    return { kind: 'file', repo, sha, entry, labels, dataPath: signDataPath(ctx, repo, { entry, labels }) }
  })
}

function asGitHoldsIt(entry: TreeEntry): TreeEntry {
  return entry.lfs === undefined ? entry : { ...entry, sizeBytes: entry.lfs.pointerSizeBytes, lfs: undefined }
}

function signDataPath(ctx: ContentContext, repo: Repo, { entry, labels }: { readonly entry: TreeEntry; readonly labels: ContentHeaders }): string {
  const { contentType, disposition } = labels
  const source = entry.lfs === undefined ? { kind: 'gitBlob' as const, oid: entry.oid } : { kind: 'object' as const, sha256: entry.lfs.sha256 }
  const grant = { kind: 'readBlob' as const, repoId: repo.id, epoch: repo.epoch, source, sizeBytes: entry.sizeBytes, contentType, disposition }
  return ctx.signedPaths.sign(grant, DATA_PATH_SECONDS)
}
