import { HearthError } from '@hearth/errors'
import type { GitOid } from '@hearth/ids'
import type { CommitOperation } from './commit-operation.ts'
import type { CommitSources, SourceBlob } from './commit-sources.ts'
import { ATTRIBUTES_PATH, layerLfsRules, MAX_NESTED_ATTRIBUTES } from './git/attributes.ts'
import { coverLfsPaths } from './git/cover-lfs-paths.ts'
import { makeObject, type GitObject } from './git/git-object.ts'
import { foldersAbove, invalidPath } from './git/path-rules.ts'
import { MODE, type TreeItem } from './git/tree-codec.ts'
import type { BlobFacts, CommitRecord, GitReader, ReachedBlob, RepoTransaction } from './git-store-port.ts'
import type { Repo } from './repo.ts'
import { resolveRevision } from './revision.ts'
import { openTreeEdit, type TreeEdit } from './tree-edit.ts'

type CopyOperation = Extract<CommitOperation, { kind: 'copy' }>

/** The file that a copy line takes, found before any line is applied. */
export type CopySources = ReadonlyMap<CopyOperation, { readonly item: TreeItem; readonly facts: BlobFacts }>

export interface AppliedObjects {
  readonly objects: readonly GitObject[]
  readonly reached: readonly ReachedBlob[]
}

interface ApplyContext {
  readonly tx: Pick<RepoTransaction, 'readText'>
  readonly repo: Repo
  readonly edit: TreeEdit
  readonly sources: CommitSources
  readonly copies: CopySources
}


/** Applies the lines in order, then sees to it that .gitattributes covers every LFS file of the commit. */
export async function applyOperations(context: ApplyContext, operations: readonly CommitOperation[]): Promise<AppliedObjects> {
  const added = new Map<GitOid, AppliedFile>()
  const lfsPaths = new Set<string>()
  for (const operation of operations) {
    const source = applyOne(context, operation)
    if (source === undefined) continue
    added.set(source.blob.facts.oid, source)
    if (source.blob.facts.lfs === undefined) lfsPaths.delete(source.path)
    else lfsPaths.add(source.path)
  }
  const present = [...lfsPaths].filter((path) => context.edit.find(path) !== undefined)
  const attributes = await coverByAttributes(context, present)
  if (attributes !== undefined) added.set(attributes.facts.oid, { path: ATTRIBUTES_PATH, blob: attributes })
  const files = [...added.values()]
  return { objects: files.flatMap(({ blob }) => (blob.object === undefined ? [] : [blob.object])), reached: files.map(({ path, blob }) => ({ ...blob.facts, path })) }
}

interface AppliedFile {
  readonly path: string
  readonly blob: SourceBlob
}

function applyOne(context: ApplyContext, operation: CommitOperation): AppliedFile | undefined {
  const { edit, sources, copies } = context
  switch (operation.kind) {
    case 'deleteFile': edit.removeFile(operation.path); return undefined
    case 'deleteFolder': edit.removeFolder(operation.path); return undefined
    case 'addBlob': return addFile(edit, operation, sources.staged(operation.blobOid))
    case 'addLfs': return addFile(edit, operation, sources.lfs(operation.sha256))
    case 'copy': {
      const source = copies.get(operation)
      if (source === undefined) throw new HearthError('INTERNAL', 'a copy without its source')
      edit.put(operation.toPath, { mode: source.item.mode, oid: source.item.oid })
      return { path: operation.toPath, blob: { facts: source.facts, object: undefined } }
    }
  }
}

/** An executable stays one when its content changes. */
function addFile(edit: TreeEdit, operation: { readonly path: string; readonly oldPath: string | undefined }, blob: SourceBlob): AppliedFile {
  const before = edit.find(operation.oldPath ?? operation.path)
  if (operation.oldPath !== undefined && operation.oldPath !== operation.path) edit.removeFile(operation.oldPath)
  edit.put(operation.path, { mode: before?.mode === MODE.executable ? MODE.executable : MODE.file, oid: blob.facts.oid })
  return { path: operation.path, blob }
}

async function coverByAttributes(context: ApplyContext, lfsPaths: readonly string[]): Promise<SourceBlob | undefined> {
  if (lfsPaths.length === 0) return undefined
  const present = context.edit.find(ATTRIBUTES_PATH)
  if (present !== undefined && present.mode !== MODE.file) return undefined
  const text = present === undefined ? '' : await context.tx.readText(context.repo.id, present.oid)
  // Below a folder with rules of its own the root's may have no say.
  const nested = layerLfsRules(await readNested(context, lfsPaths))
  const covered = text === undefined ? undefined : coverLfsPaths(text, lfsPaths.filter((path) => nested(path) === undefined))
  if (covered === undefined) return undefined
  const object = makeObject('blob', Buffer.from(covered, 'utf8'))
  context.edit.put(ATTRIBUTES_PATH, { mode: MODE.file, oid: object.oid })
  return { facts: { oid: object.oid, sizeBytes: object.data.length, lfs: undefined }, object }
}

async function readNested({ tx, repo, edit }: ApplyContext, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const folder of foldersAbove(paths)) {
    const item = edit.find(`${folder}/${ATTRIBUTES_PATH}`)
    const text = item?.mode === MODE.file && texts.size < MAX_NESTED_ATTRIBUTES ? await tx.readText(repo.id, item.oid) : undefined
    if (text !== undefined) texts.set(folder, text)
  }
  return texts
}

/** Throws ENTRY_NOT_FOUND or REVISION_NOT_FOUND, INVALID_PATH for a folder. */
export async function openCopySources(git: GitReader, repo: Repo, base: CommitRecord, operations: readonly CommitOperation[]): Promise<CopySources> {
  const copies = operations.filter((operation) => operation.kind === 'copy')
  const found = new Map<CopyOperation, { item: TreeItem; facts: BlobFacts }>()
  for (const [revision, group] of Map.groupBy(copies, (operation) => operation.fromRevision)) {
    const commit = revision === undefined ? base : await git.findCommit(repo.id, await resolveRevision(git, repo, revision))
    if (commit === undefined) throw new HearthError('INTERNAL', 'a revision without its commit')
    const source = await openTreeEdit(git, repo.id, commit.treeOid, group.map((operation) => operation.fromPath))
    const items = group.map((operation) => [operation, copiedItem(source, operation.fromPath)] as const)
    const facts = await git.readFacts(repo.id, items.map(([, item]) => item.oid))
    for (const [operation, item] of items) {
      found.set(operation, { item, facts: facts.get(item.oid) ?? { oid: item.oid, sizeBytes: 0, lfs: undefined } })
    }
  }
  return found
}

function copiedItem(source: TreeEdit, path: string): TreeItem {
  const item = source.find(path)
  if (item === undefined) throw new HearthError('ENTRY_NOT_FOUND', "A file with this name doesn't exist", { metadata: { path: path.slice(0, 500) } })
  if (item.mode === MODE.folder) throw invalidPath(path, 'it is a folder; only files are copied')
  return item
}
