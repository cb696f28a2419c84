import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'
import { openRepo } from './access.ts'
import { ATTRIBUTES_PATH, layerLfsRules, MAX_NESTED_ATTRIBUTES, type LfsRules } from './git/attributes.ts'
import { parseIgnoreRules } from './git/ignore.ts'
import { assertPath, foldersAbove, splitPath } from './git/path-rules.ts'
import { MODE } from './git/tree-codec.ts'
import { pullRequestNumber } from './git/ref-names.ts'
import type { ContentContext } from './ports.ts'
import { commitAt, MAX_PATHS } from './read-tree.ts'
import type { Repo, RepoName } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { describeItems, type TreeEntry } from './tree-entries.ts'
import { findItems } from './tree-lookup.ts'

export interface PlannedFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sample: Buffer
}

export interface PlanUploadQuery {
  readonly repo: RepoName
  readonly revision: string
  readonly createPullRequest: boolean
  readonly files: readonly PlannedFile[]
  readonly gitIgnore: string | undefined
  readonly gitAttributes: string | undefined
}

export interface UploadPlan {
  readonly path: string
  readonly mode: 'regular' | 'lfs'
  readonly shouldIgnore: boolean
  readonly presentOid: string | undefined
}

const IGNORE_PATH = '.gitignore'
const MAX_REGULAR_BYTES = 10 * 1024 * 1024

/** How each file of a coming commit has to be sent: by the repo's .gitattributes, else by size and content. A .gitignore that the upload brings counts instead of the repo's. */
export async function planUpload(ctx: ContentContext, actor: Actor, query: PlanUploadQuery): Promise<{ readonly sha: GitOid; readonly plans: readonly UploadPlan[] }> {
  if (query.files.length > MAX_PATHS) throw new HearthError('TOO_LARGE', `At most ${MAX_PATHS} files can be planned at once`)
  const repo = await openForUpload(ctx, actor, query)
  for (const file of query.files) assertPath(file.path)
  const sha = await resolveRevision(ctx.git, repo, query.revision)
  const present = await presentEntries(ctx, repo, sha, query.files.map((file) => file.path))
  const rules = layerLfsRules(await readAttributes(ctx, repo, { sent: query.gitAttributes, present }))
  const isIgnored = parseIgnoreRules(query.gitIgnore ?? (await readSmall(ctx, repo, present.get(IGNORE_PATH))) ?? '')
  const plans = query.files.map((file): UploadPlan => {
    const entry = present.get(file.path)
    const presentOid = entry?.kind === 'file' ? (entry.lfs?.sha256 ?? entry.oid) : undefined
    return { path: file.path, mode: uploadMode(file, rules), shouldIgnore: isIgnored(file.path), presentOid }
  })
  return { sha, plans }
}

/** The right that the commit after it will need. */
export function openForUpload(ctx: Pick<ContentContext, 'repos'>, actor: Actor, query: Pick<PlanUploadQuery, 'repo' | 'revision' | 'createPullRequest'>): Promise<Repo> {
  const isForPullRequest = query.createPullRequest || pullRequestNumber(query.revision) !== undefined
  return openRepo(ctx.repos, actor, query.repo, isForPullRequest ? 'openPullRequest' : 'writeContent')
}

async function presentEntries(ctx: ContentContext, repo: Repo, sha: GitOid, paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
  const commit = await commitAt(ctx, repo, sha)
  const rules = [IGNORE_PATH, ATTRIBUTES_PATH, ...[...foldersAbove(paths)].map((folder) => `${folder}/${ATTRIBUTES_PATH}`)]
  const found = await findItems(ctx.git, repo.id, commit.treeOid, new Set([...paths, ...rules]))
  const entries = await describeItems(ctx.git, repo.id, [...found].map(([path, item]) => ({ path, item })).filter(({ item }) => item.mode !== MODE.folder))
  return new Map(entries.map((entry) => [entry.path, entry]))
}

interface AttributeSources {
  /** Text of the root's, when the upload brings it. */
  readonly sent: string | undefined
  readonly present: ReadonlyMap<string, TreeEntry>
}

async function readAttributes(ctx: ContentContext, repo: Repo, { sent, present }: AttributeSources): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>(sent === undefined ? [] : [['', sent]])
  for (const [path, entry] of present) {
    const [folder, name] = splitPath(path)
    const isNew = name === ATTRIBUTES_PATH && !texts.has(folder) && texts.size <= MAX_NESTED_ATTRIBUTES
    const text = isNew ? await readSmall(ctx, repo, entry) : undefined
    if (text !== undefined) texts.set(folder, text)
  }
  return texts
}

async function readSmall(ctx: ContentContext, repo: Repo, entry: TreeEntry | undefined): Promise<string | undefined> {
  return entry?.kind === 'file' && entry.lfs === undefined ? ctx.git.readText(repo.id, entry.oid) : undefined
}

function uploadMode(file: PlannedFile, rules: LfsRules): 'regular' | 'lfs' {
  if (file.sizeBytes === 0) return 'regular'
  if (file.path.split('/').at(-1) === ATTRIBUTES_PATH) return 'regular'
  const byRule = rules(file.path)
  if (byRule !== undefined) return byRule ? 'lfs' : 'regular'
  return file.sizeBytes > MAX_REGULAR_BYTES || isBinary(file.sample, file.sizeBytes) ? 'lfs' : 'regular'
}

/** A sample cut within a character is still text. */
function isBinary(sample: Buffer, sizeBytes: number): boolean {
  if (sample.includes(0)) return true
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: sample.length < sizeBytes })
    return false
  } catch {
    return true
  }
}
