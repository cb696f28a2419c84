import type { Actor } from '@hearth/authz'
import { HearthError, isHearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { contentPolicyOf } from './content-policy.ts'
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
}

export type FileAnswer =
  | { readonly kind: 'file'; readonly repo: Repo; readonly sha: GitOid; readonly entry: TreeEntry; readonly dataPath: string }
  | { readonly kind: 'problem'; readonly error: HearthError; readonly sha: GitOid | undefined }

export const MAX_QUERIES = 256
const DATA_PATH_SECONDS = 3600

/** Where the bytes of each file are. Queries that share repo and revision share the reads; one that fails does not touch the others. */
export async function resolveFiles(ctx: ContentContext, actor: Actor, queries: readonly FileQuery[]): Promise<FileAnswer[]> {
  if (queries.length > MAX_QUERIES) throw new HearthError('TOO_LARGE', `At most ${MAX_QUERIES} files can be resolved at once`)
  const groups = Map.groupBy(queries, (query) => `${query.repo.type}\0${query.repo.path}\0${query.revision}`)
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
    return await resolvePaths(ctx, repo, sha, group.map((query) => query.path))
  } catch (error) {
    if (!isHearthError(error)) throw error
    return group.map(() => ({ kind: 'problem', error, sha }))
  }
}

async function resolvePaths(ctx: ContentContext, repo: Repo, sha: GitOid, paths: readonly string[]): Promise<FileAnswer[]> {
  const commit = await commitAt(ctx, repo, sha)
  const found = await findItems(ctx.git, repo.id, commit.treeOid, new Set(paths))
  const files = [...found].flatMap(([path, item]) => (item.mode === MODE.folder || item.mode === MODE.submodule ? [] : [{ path, item }]))
  const entries = new Map((await describeItems(ctx.git, repo.id, files)).map((entry) => [entry.path, entry]))
  return paths.map((path) => {
    const entry = entries.get(path)
    if (entry === undefined) return { kind: 'problem', error: noEntry(path, sha), sha }
    return { kind: 'file', repo, sha, entry, dataPath: signDataPath(ctx, repo, entry) }
  })
}

function signDataPath(ctx: ContentContext, repo: Repo, entry: TreeEntry): string {
  const { contentType, disposition } = contentPolicyOf(entry.path)
  const source = entry.lfs === undefined ? { kind: 'gitBlob' as const, oid: entry.oid } : { kind: 'object' as const, sha256: entry.lfs.sha256 }
  const grant = { kind: 'readBlob' as const, repoId: repo.id, epoch: repo.epoch, source, sizeBytes: entry.sizeBytes, contentType, disposition }
  return ctx.signedPaths.sign(grant, DATA_PATH_SECONDS)
}
