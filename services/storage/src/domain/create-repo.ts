import { canCreateRepo, tokenAllows, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { authorOf, buildCommit } from './authorship.ts'
import { defaultFiles } from './git/default-files.ts'
import { makeObject } from './git/git-object.ts'
import { compareTreeItems, encodeTree, MODE } from './git/tree-codec.ts'
import type { NewCommit } from './git-store-port.ts'
import type { CallerCredentials, Namespace, StorageContext } from './ports.ts'
import { assertRepoName } from './repo-names.ts'
import type { Repo, RepoType, SpaceSdk } from './repo.ts'

export interface CreateRepoCommand {
  readonly type: RepoType
  readonly namespace: string | undefined
  readonly name: string
  readonly visibility: 'public' | 'private' | undefined
  readonly spaceSdk: SpaceSdk | undefined
}

/** A repo with its first commit on main. Throws REPO_EXISTS (metadata `repo`), NAMESPACE_NOT_FOUND, FORBIDDEN, INVALID_ARGUMENT. */
export async function createRepo(ctx: StorageContext, actor: Actor, command: CreateRepoCommand, caller: CallerCredentials): Promise<Repo> {
  assertCommand(command)
  const namespace = await openNamespace(ctx, actor, command.namespace, caller)
  const createdAt = ctx.clock.now()
  const first = firstCommit(actor, command, createdAt)
  const repo = await ctx.repos.insertRepo({
    id: ctx.newId(), type: command.type, namespace: namespace.name, name: command.name, namespaceId: namespace.id,
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
}

async function openNamespace(ctx: StorageContext, actor: Actor, asked: string | undefined, caller: CallerCredentials): Promise<Namespace> {
  if (actor.kind === 'anonymous') throw new HearthError('UNAUTHENTICATED', 'You must log in to create a repository.')
  const name = asked ?? actor.name
  const namespace = await ctx.namespaces.findNamespace(name, caller)
  if (namespace === undefined) throw new HearthError('NAMESPACE_NOT_FOUND', `There is no user or organization named ${JSON.stringify(name.slice(0, 100))}`)
  if (canCreateRepo(actor, { id: namespace.id }) === 'allow') return namespace
  const right = actor.kind === 'user' && actor.token.role === 'fineGrained' ? 'repo.write' : 'write'
  const isTokenTooWeak = actor.kind === 'user' && !tokenAllows(actor.token, 'repo.write', { namespaceId: namespace.id })
  const why = isTokenTooWeak ? `the token in use has no "${right}" right` : 'you have no right to do so'
  throw new HearthError('FORBIDDEN', `Forbidden: cannot create a repository under the namespace ${namespace.name}: ${why}.`)
}

function firstCommit(actor: Actor, command: CreateRepoCommand, time: Date): NewCommit {
  const blobs = defaultFiles(command.type, command.name, command.spaceSdk).map((file) => ({ name: file.path, object: makeObject('blob', Buffer.from(file.text)) }))
  const items = blobs.map((blob) => ({ name: blob.name, mode: MODE.file, oid: blob.object.oid })).toSorted(compareTreeItems)
  const tree = makeObject('tree', encodeTree(items))
  return buildCommit({
    treeOid: tree.oid, parent: undefined, author: authorOf(actor), time, summary: 'initial commit', description: '',
    objects: [...blobs.map((blob) => blob.object), tree],
    reached: blobs.map((blob) => ({ oid: blob.object.oid, sizeBytes: blob.object.data.length, lfs: undefined })),
  })
}
