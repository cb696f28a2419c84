import { createHash } from 'node:crypto'
import type { RepoAction as Action } from '@hearth/authz'
import { HearthError, isHearthError } from '@hearth/errors'
import { contentHeadersOf } from '@hearth/formats'
import {
  EntryKind, RefKind, RepoAction, UploadMode, type CommitOperation, type ContentServiceService, type CreateCommitRequest, type FileAnswer, type FileQuery, type TreeEntry,
} from '@hearth/proto/storage/v1/content'
import type { CallContext, ServiceHandlers } from '@hearth/rpc'
import { gitOid, lfsFileOf, fileOf, toRepo, type FakeCommit, type FakeFile, type FakeRepo, type World } from './world.ts'

const ACTIONS: Readonly<Record<number, Action>> = {
  [RepoAction.REPO_ACTION_SEE]: 'see', [RepoAction.REPO_ACTION_READ_CONTENT]: 'readContent', [RepoAction.REPO_ACTION_WRITE_CONTENT]: 'writeContent',
  [RepoAction.REPO_ACTION_OPEN_PULL_REQUEST]: 'openPullRequest', [RepoAction.REPO_ACTION_ADMINISTER]: 'administer',
}
const writeAction = (createPr: boolean): Action => (createPr ? 'openPullRequest' : 'writeContent')

export interface FakeChange {
  readonly title: string
  readonly message: string
  readonly change: (files: Map<string, FakeFile>) => void
}

export function commitFiles(repo: FakeRepo, ref: string, { title, message, change }: FakeChange): FakeCommit {
  const parent = repo.refs.get(ref)
  const files = new Map(parent === undefined ? [] : repo.commits.get(parent)?.files)
  change(files)
  const oid = createHash('sha1').update(`${repo.id}${parent}${title}${[...files].map(([path, file]) => path + file.oid).join()}`).digest('hex')
  const commit: FakeCommit = { oid, title, message, time: new Date('2026-01-02T03:04:05.006Z'), parent, files }
  repo.commits.set(oid, commit)
  repo.refs.set(ref, oid)
  return commit
}

export function createFakeContent(world: World): ServiceHandlers<typeof ContentServiceService> {
  return {
    async openRepo({ repo, revision, action }, { actor }) {
      const found = world.open(repo, actor, ACTIONS[action] ?? 'see')
      return { repo: toRepo(found), sha: revision === undefined ? undefined : world.commitAt(found, revision).oid }
    },
    resolveFiles: async ({ files }, context) => ({ answers: files.map((file) => resolveFile(world, file, context)) }),
    async listTree({ repo, revision, path, recursive, expand, page }, { actor }) {
      const found = world.open(repo, actor, 'see')
      const commit = world.commitAt(found, revision)
      const entries = entriesOf(commit, expand).filter((entry) => path === '' || entry.path.startsWith(`${path}/`))
      if (path !== '' && entries.length === 0) throw new HearthError('ENTRY_NOT_FOUND', 'Entry not found', { metadata: { sha: commit.oid } })
      const depth = path === '' ? 0 : path.split('/').length
      const shown = recursive ? entries : entries.filter((entry) => entry.path.split('/').length === depth + 1)
      const from = Number(page?.pageToken ?? 0)
      const size = page?.pageSize ?? 1000
      return { repo: toRepo(found), sha: commit.oid, entries: shown.slice(from, from + size), page: { nextPageToken: from + size < shown.length ? String(from + size) : undefined } }
    },
    async getPaths({ repo, revision, paths, expand }, { actor }) {
      const found = world.open(repo, actor, 'see')
      const commit = world.commitAt(found, revision)
      return { repo: toRepo(found), sha: commit.oid, entries: entriesOf(commit, expand).filter((entry) => paths.includes(entry.path)) }
    },
    async planUpload({ repo, revision, createPr, files }, { actor }) {
      const commit = world.commitAt(world.open(repo, actor, writeAction(createPr)), revision)
      return {
        sha: commit.oid,
        plans: files.map(({ path }) => ({ path, mode: path.endsWith('.bin') ? UploadMode.UPLOAD_MODE_LFS : UploadMode.UPLOAD_MODE_REGULAR, shouldIgnore: path.endsWith('.tmp'), presentOid: commit.files.get(path)?.oid })),
      }
    },
    async openStaging({ repo, createPr }, { actor }) {
      const { id } = world.open(repo, actor, writeAction(createPr))
      return { repoId: id, stagingPath: `/-/stage/${id}` }
    },
    createCommit: async (request, context) => createCommit(world, request, context),
    async listCommits({ repo, revision, page, skip }, { actor }) {
      const found = world.open(repo, actor, 'see')
      const history = []
      for (let at: FakeCommit | undefined = world.commitAt(found, revision); at !== undefined; at = at.parent === undefined ? undefined : found.commits.get(at.parent)) history.push(at)
      const from = Number(page?.pageToken ?? skip ?? 0)
      const size = page?.pageSize ?? 50
      const commits = history.slice(from, from + size).map(({ oid, title, message, time }) => ({ oid, title, message, time, authorNames: ['ana'] }))
      return { repo: toRepo(found), commits, totalCount: BigInt(history.length), page: { nextPageToken: from + size < history.length ? String(from + size) : undefined } }
    },
    async listRefs({ repo, includePullRequests }, { actor }) {
      const found = world.open(repo, actor, 'see')
      const refs = [...found.refs].map(([name, targetOid]) => ({ name, targetOid }))
      return { repo: toRepo(found), refs: refs.filter(({ name }) => includePullRequests || !name.startsWith('refs/pr/')) }
    },
    async createRef({ repo, kind, name, startingPoint }, { actor }) {
      const found = world.open(repo, actor, 'writeContent')
      const ref = `${kind === RefKind.REF_KIND_TAG ? 'refs/tags/' : 'refs/heads/'}${name}`
      if (found.refs.has(ref)) throw new HearthError('REF_EXISTS', `Reference ${ref} already exists`)
      found.refs.set(ref, world.commitAt(found, startingPoint ?? 'main').oid)
      return {}
    },
    async squashHistory({ repo, branch, message }, { actor }) {
      const found = world.open(repo, actor, 'writeContent')
      const { files } = world.commitAt(found, branch)
      found.refs.delete(`refs/heads/${branch}`)
      const { oid } = commitFiles(found, `refs/heads/${branch}`, { title: message ?? 'squash', message: '', change: (tree) => files.forEach((file, path) => tree.set(path, file)) })
      return { commitOid: oid }
    },
    async deleteRef({ repo, kind, name }, { actor }) {
      const found = world.open(repo, actor, 'writeContent')
      const ref = `${kind === RefKind.REF_KIND_TAG ? 'refs/tags/' : 'refs/heads/'}${name}`
      if (ref === 'refs/heads/main') throw new HearthError('INVALID_ARGUMENT', 'Cannot delete refs/heads/main')
      if (!found.refs.delete(ref)) throw new HearthError('REVISION_NOT_FOUND', `Invalid rev id: ${name}`)
      return {}
    },
  } as ServiceHandlers<typeof ContentServiceService>
}

function resolveFile(world: World, { repo, revision, path, raw }: FileQuery, { actor }: CallContext): FileAnswer {
  try {
    const found = world.open(repo, actor, 'readContent')
    const commit = world.commitAt(found, revision)
    const entry = entriesOf(commit, false).map((each) => (raw === true ? asPointer(each) : each)).find((each) => each.path === path)
    if (entry === undefined) throw new HearthError('ENTRY_NOT_FOUND', 'Entry not found', { metadata: { sha: commit.oid } })
    const { contentType, disposition } = contentHeadersOf(path)
    const dataPath = `/-/${raw === true ? 'raw' : 'blob'}/${found.id}/${commit.oid}/${encodeURIComponent(path)}`
    return { outcome: { $case: 'file', value: { repo: toRepo(found), sha: commit.oid, entry, dataPath, contentType, contentDisposition: disposition } } }
  } catch (error) {
    if (!isHearthError(error)) throw error
    return { outcome: { $case: 'problem', value: { reason: error.reason, message: error.message, sha: error.metadata['sha'], metadata: { ...error.metadata } } } }
  }
}

function asPointer({ lfs, ...entry }: TreeEntry): TreeEntry {
  return lfs === undefined ? entry : { ...entry, sizeBytes: lfs.pointerSizeBytes }
}

function entriesOf(commit: FakeCommit, expand: boolean): TreeEntry[] {
  const last = expand ? { lastCommit: { oid: commit.oid, title: commit.title, time: commit.time } } : {}
  const folders = new Set<string>()
  for (const path of commit.files.keys()) for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  const files = [...commit.files].map(([path, { oid, content, lfs }]) => ({ path, kind: EntryKind.ENTRY_KIND_FILE, oid, sizeBytes: BigInt(content.length), lfs, ...last }))
  return [...[...folders].map((path) => ({ path, kind: EntryKind.ENTRY_KIND_DIRECTORY, oid: gitOid('tree', Buffer.from(path)), sizeBytes: 0n, ...last })), ...files].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function createCommit(world: World, request: CreateCommitRequest, { actor }: CallContext): Awaited<ReturnType<ServiceHandlers<typeof ContentServiceService>['createCommit']>> {
  const repo = world.open(request.repo, actor, writeAction(request.createPr))
  const base = world.commitAt(repo, request.revision)
  if (request.parentCommit !== undefined && request.parentCommit !== base.oid) {
    throw new HearthError('PARENT_MOVED', 'The branch was updated since you opened this page. Please refresh and try again.')
  }
  if (request.createPr) repo.pulls += 1
  const ref = request.createPr ? `refs/pr/${repo.pulls}` : repo.refs.has(request.revision) ? request.revision : `refs/heads/${request.revision}`
  if (request.createPr) repo.refs.set(ref, base.oid)
  const commit = commitFiles(repo, ref, {
    title: request.summary, message: request.description, change: (files) => { for (const operation of request.operations) applyOperation(repo, files, operation) },
  })
  return { commitOid: commit.oid, pullRequestNumber: request.createPr ? repo.pulls : undefined, repo: toRepo(repo) }
}

function applyOperation(repo: FakeRepo, files: Map<string, FakeFile>, { kind }: CommitOperation): void {
  switch (kind?.$case) {
    case 'addBlob': {
      const content = repo.staged.get(kind.value.blobOid)
      if (content === undefined) throw new HearthError('INVALID_ARGUMENT', 'blob was not staged')
      if (kind.value.oldPath !== undefined) files.delete(kind.value.oldPath)
      files.set(kind.value.path, fileOf(content))
      return
    }
    case 'addLfs': {
      const content = repo.lfsObjects.get(kind.value.sha256)
      if (content === undefined) throw new HearthError('LFS_OBJECT_MISSING', 'the large object was not uploaded')
      files.set(kind.value.path, lfsFileOf(content))
      return
    }
    case 'deleteFile':
      if (!files.delete(kind.value.path)) throw new HearthError('ENTRY_NOT_FOUND', "A file with this name doesn't exist")
      return
    case 'deleteFolder':
      for (const path of files.keys()) if (path.startsWith(kind.value.path.replace(/\/*$/, '/'))) files.delete(path)
      return
    default: throw new HearthError('INVALID_ARGUMENT', 'unknown operation')
  }
}
