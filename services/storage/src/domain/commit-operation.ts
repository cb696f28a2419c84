import { HearthError } from '@hearth/errors'
import type { GitOid, Sha256 } from '@hearth/ids'
import { assertPath } from './git/path-rules.ts'

/** One line of a commit, in the order in which the caller sent them. */
export type CommitOperation =
  | { readonly kind: 'addBlob'; readonly path: string; readonly blobOid: GitOid; readonly oldPath: string | undefined }
  | { readonly kind: 'addLfs'; readonly path: string; readonly sha256: Sha256; readonly sizeBytes: number | undefined; readonly oldPath: string | undefined }
  | { readonly kind: 'deleteFile' | 'deleteFolder'; readonly path: string }
  | { readonly kind: 'copy'; readonly fromPath: string; readonly fromRevision: string | undefined; readonly toPath: string }

export const MAX_OPERATIONS = 25_000
const MAX_SUMMARY_CHARS = 1000
const MAX_DESCRIPTION_CHARS = 65_536

export interface CommitText {
  readonly summary: string
  readonly description: string
  readonly operations: readonly CommitOperation[]
}

/** Throws TOO_LARGE, INVALID_ARGUMENT or INVALID_PATH (naming the path) before anything is read or locked. */
export function assertCommitRequest(request: CommitText): void {
  if (request.operations.length > MAX_OPERATIONS) {
    throw new HearthError('TOO_LARGE', `A commit takes at most ${MAX_OPERATIONS} operations, this one has ${request.operations.length}; send several commits`)
  }
  if (request.summary.length > MAX_SUMMARY_CHARS) throw new HearthError('INVALID_ARGUMENT', `The summary of a commit is at most ${MAX_SUMMARY_CHARS} characters long`)
  if (request.description.length > MAX_DESCRIPTION_CHARS) throw new HearthError('INVALID_ARGUMENT', `The description of a commit is at most ${MAX_DESCRIPTION_CHARS} characters long`)
  for (const operation of request.operations) {
    if (operation.kind === 'addBlob' || operation.kind === 'addLfs') assertPath(operation.path)
    if (operation.kind === 'copy') assertPath(operation.toPath)
  }
}

/** Every path of the edited tree that the operations look at or change. */
export function touchedPaths(operations: readonly CommitOperation[]): string[] {
  return operations.flatMap((operation) => {
    switch (operation.kind) {
      case 'addBlob':
      case 'addLfs': return operation.oldPath === undefined ? [operation.path] : [operation.path, operation.oldPath]
      case 'copy': return [operation.toPath]
      case 'deleteFile':
      case 'deleteFolder': return [operation.path]
    }
  })
}
