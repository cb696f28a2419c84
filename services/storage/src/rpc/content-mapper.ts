import type { RepoAction as DomainAction } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { parseGitOid, parseSha256, type GitOid, type Sha256 } from '@hearth/ids'
import {
  EntryKind, RefKind, RepoAction, UploadMode, type Commit, type CommitOperation as OperationMessage, type FileAnswer as FileAnswerMessage, type TreeEntry as TreeEntryMessage,
  type UploadPlan as UploadPlanMessage,
} from '@hearth/proto/storage/v1/content'
import type { CommitOperation } from '../domain/commit-operation.ts'
import type { CommitRecord } from '../domain/git-store-port.ts'
import type { UploadPlan } from '../domain/plan-upload.ts'
import type { RefKind as DomainRefKind } from '../domain/refs.ts'
import type { FileAnswer } from '../domain/resolve-files.ts'
import type { TreeEntry } from '../domain/tree-entries.ts'
import { toLfsMessage } from './facts-mapper.ts'
import { toRepoMessage } from './repo-mapper.ts'

const ACTIONS: ReadonlyMap<RepoAction, DomainAction> = new Map<RepoAction, DomainAction>([
  [RepoAction.REPO_ACTION_SEE, 'see'], [RepoAction.REPO_ACTION_READ_CONTENT, 'readContent'], [RepoAction.REPO_ACTION_WRITE_CONTENT, 'writeContent'],
  [RepoAction.REPO_ACTION_OPEN_PULL_REQUEST, 'openPullRequest'], [RepoAction.REPO_ACTION_ADMINISTER, 'administer'],
])

export function parseAction(action: RepoAction): DomainAction {
  return required(ACTIONS.get(action), 'action')
}

export function parseRefKind(kind: RefKind): DomainRefKind {
  if (kind === RefKind.REF_KIND_BRANCH) return 'branch'
  return required(kind === RefKind.REF_KIND_TAG ? 'tag' : undefined, 'kind of reference')
}

export function parseOperation(operation: OperationMessage): CommitOperation {
  const kind = required(operation.kind, 'kind of operation')
  switch (kind.$case) {
    case 'addBlob': return { kind: 'addBlob', path: kind.value.path, blobOid: parseOid(kind.value.blobOid), oldPath: kind.value.oldPath }
    case 'addLfs': {
      const { path, sizeBytes, oldPath } = kind.value
      return { kind: 'addLfs', path, sha256: parseLfsOid(kind.value.sha256), sizeBytes: sizeBytes === undefined ? undefined : Number(sizeBytes), oldPath }
    }
    case 'deleteFile':
    case 'deleteFolder': return { kind: kind.$case, path: kind.value.path.replace(/\/$/, '') }
    case 'copy': return { kind: 'copy', fromPath: kind.value.fromPath, fromRevision: kind.value.fromRevision, toPath: kind.value.toPath }
  }
}

function parseOid(text: string): GitOid {
  return required(parseGitOid(text), 'blob id')
}

export function parseLfsOid(text: string): Sha256 {
  return required(parseSha256(text), 'sha256')
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new HearthError('INVALID_ARGUMENT', `the ${what} is missing or not known`)
  return value
}

export function toEntryMessage(entry: TreeEntry): TreeEntryMessage {
  const kind = entry.kind === 'file' ? EntryKind.ENTRY_KIND_FILE : EntryKind.ENTRY_KIND_DIRECTORY
  return { path: entry.path, kind, oid: entry.oid, sizeBytes: BigInt(entry.sizeBytes), lfs: toLfsMessage(entry.lfs), lastCommit: entry.lastCommit }
}

export function toFileAnswer(answer: FileAnswer): FileAnswerMessage {
  if (answer.kind === 'problem') {
    return { outcome: { $case: 'problem', value: { reason: answer.error.reason, message: answer.error.message, sha: answer.sha, metadata: { ...answer.error.metadata } } } }
  }
  const { sha, dataPath, labels } = answer
  const value = { repo: toRepoMessage(answer.repo), sha, entry: toEntryMessage(answer.entry), dataPath, contentType: labels.contentType, contentDisposition: labels.disposition }
  return { outcome: { $case: 'file', value } }
}

export function toCommitMessage(commit: CommitRecord): Commit {
  return { oid: commit.oid, title: commit.title, message: descriptionOf(commit), authorNames: [commit.authorName], time: commit.time }
}

/** The Hub's `message` is what follows the title. */
function descriptionOf(commit: CommitRecord): string {
  return commit.message.startsWith(commit.title) ? commit.message.slice(commit.title.length).trimStart() : commit.message
}

export function toPlanMessage(plan: UploadPlan): UploadPlanMessage {
  const mode = plan.mode === 'lfs' ? UploadMode.UPLOAD_MODE_LFS : UploadMode.UPLOAD_MODE_REGULAR
  return { path: plan.path, mode, shouldIgnore: plan.shouldIgnore, presentOid: plan.presentOid }
}
