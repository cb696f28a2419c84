import type { Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { ObjectId } from '@hearth/ids'
import { authorOf, buildCommit } from './authorship.ts'
import { defaultFiles } from './git/default-files.ts'
import { EMPTY_TREE_OID, makeObject } from './git/git-object.ts'
import { assertPath } from './git/path-rules.ts'
import { MODE } from './git/tree-codec.ts'
import type { NewCommit, TreeReader } from './git-store-port.ts'
import { openNamespace } from './open-namespace.ts'
import type { CallerCredentials, StorageContext } from './ports.ts'
import { assertRepoName } from './repo-names.ts'
import type { Repo, RepoType, SpaceSdk } from './repo.ts'
import { openTreeEdit } from './tree-edit.ts'

export interface CreateRepoCommand {
  readonly type: RepoType
  readonly namespace: string | undefined
  readonly name: string
  readonly visibility: 'public' | 'private' | undefined
  readonly spaceSdk: SpaceSdk | undefined
  /** Light files of the first commit; they replace default files of the same path. */
  readonly files?: readonly InitialFile[]
  /** Goes into the metadata of the card, unless `files` brings one. */
  readonly license?: string | undefined
}

export interface InitialFile {
  readonly path: string
  readonly content: Buffer
}

/** What a new repo takes in the database, with its first files. */
const NEW_REPO_BYTES = 4 * 1024 * 1024
const MAX_FILES = 100
const MAX_FILE_BYTES_IN_ALL = 1024 * 1024

/** A repo with its first commit on main. Throws REPO_EXISTS (metadata `repo`), NAMESPACE_NOT_FOUND, FORBIDDEN, INVALID_ARGUMENT, INVALID_PATH, TOO_LARGE. */
export async function createRepo(ctx: StorageContext, actor: Actor, command: CreateRepoCommand, caller: CallerCredentials): Promise<Repo> {
  assertCommand(command)
  const namespace = await openNamespace(ctx, actor, command.namespace, caller)
  await ctx.space.assertRoom(NEW_REPO_BYTES)
  const createdAt = ctx.clock.now()
  const id = ctx.newId()
  const first = await firstCommit(actor, command, { id, createdAt })
  const repo = await ctx.repos.insertRepo({
    id, type: command.type, namespace: namespace.name, name: command.name, namespaceId: namespace.id,
    creatorId: actor.kind === 'user' ? actor.id : namespace.id, visibility: command.visibility ?? namespace.defaultVisibility,
    spaceSdk: command.spaceSdk, createdAt, headOid: first.record.oid,
  }, first)
  ctx.observe.repoChanged({ repoId: repo.id, change: 'created' })
  return repo
}

function assertCommand(command: CreateRepoCommand): void {
  assertRepoName(command.name)
  if (command.type === 'space' && command.spaceSdk === undefined) {
    throw new HearthError('INVALID_ARGUMENT', 'A Space needs an sdk: gradio, streamlit, docker or static')
  }
  if (command.type !== 'space' && command.spaceSdk !== undefined) throw new HearthError('INVALID_ARGUMENT', 'Only a Space has an sdk')
  if (command.license !== undefined && !/^[\w.+-]{1,80}$/.test(command.license)) throw new HearthError('INVALID_ARGUMENT', 'license: an identifier such as "apache-2.0" is expected')
  const files = command.files ?? []
  const bytes = files.reduce((sum, file) => sum + file.content.length, 0)
  if (files.length > MAX_FILES || bytes > MAX_FILE_BYTES_IN_ALL) {
    throw new HearthError('TOO_LARGE', `A new repository takes at most ${MAX_FILES} files of ${MAX_FILE_BYTES_IN_ALL} bytes in all; commit the others afterwards`)
  }
  for (const file of files) assertPath(file.path)
}

const NO_TREES: TreeReader = { readTrees: async () => new Map() }

async function firstCommit(actor: Actor, command: CreateRepoCommand, repo: { readonly id: ObjectId; readonly createdAt: Date }): Promise<NewCommit> {
  const files = new Map<string, Buffer>(defaultFiles(command).map((file) => [file.path, Buffer.from(file.text)]))
  for (const file of command.files ?? []) files.set(file.path, file.content)
  const blobs = [...files].map(([path, content]) => ({ path, object: makeObject('blob', content) }))
  const edit = await openTreeEdit(NO_TREES, repo.id, EMPTY_TREE_OID, [...files.keys()])
  for (const { path, object } of blobs) edit.put(path, { mode: MODE.file, oid: object.oid })
  const { rootOid, trees } = edit.finish()
  return buildCommit({
    treeOid: rootOid, parent: undefined, author: authorOf(actor), time: repo.createdAt, summary: 'initial commit', description: '',
    objects: [...blobs.map((blob) => blob.object), ...trees],
    reached: blobs.map((blob) => ({ oid: blob.object.oid, sizeBytes: blob.object.data.length, lfs: undefined })),
  })
}
