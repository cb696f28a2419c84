import { HearthError } from '@hearth/errors'
import { isGitOid, type GitOid, type ObjectId } from '@hearth/ids'
import { DEFAULT_REF, pullRequestNumber, revisionCandidates, revisionNotFound } from './git/ref-names.ts'
import type { GitReader } from './git-store-port.ts'
import type { Repo } from './repo.ts'

type RevisionReader = Pick<GitReader, 'findRefs' | 'findCommit' | 'findCommitOids'>

/** The commit that a revision text names: branch before tag, then commit id or an abbreviation of 7 digits or more. Throws REVISION_NOT_FOUND. */
export async function resolveRevision(git: RevisionReader, repo: Repo, revision: string | undefined): Promise<GitOid> {
  const found = await findRevision(git, repo.id, revision ?? 'HEAD')
  if (found === undefined) throw revisionNotFound(revision ?? 'HEAD')
  return found
}

async function findRevision(git: RevisionReader, repoId: ObjectId, revision: string): Promise<GitOid | undefined> {
  const { refs, oidPrefix } = revisionCandidates(revision)
  if (refs.length > 0) {
    const [ref] = await git.findRefs(repoId, refs)
    if (ref !== undefined) return ref.oid
  }
  if (oidPrefix === undefined) return undefined
  if (isGitOid(oidPrefix)) return (await git.findCommit(repoId, oidPrefix))?.oid
  const oids = await git.findCommitOids(repoId, oidPrefix)
  if (oids.length > 1) throw new HearthError('REVISION_NOT_FOUND', `Invalid rev id: ${oidPrefix} is ambiguous`)
  return oids[0]
}

/** The full ref that a commit may move: a branch, or refs/pr/N. Throws REVISION_NOT_FOUND for tags, commit ids and anything else. */
export function writableRefName(revision: string): string {
  if (revision === '' || revision === 'HEAD') return DEFAULT_REF
  if (pullRequestNumber(revision) !== undefined || revision.startsWith('refs/heads/')) return revision
  if (revision.startsWith('refs/') || isGitOid(revision.toLowerCase())) throw revisionNotFound(revision)
  return `refs/heads/${revision}`
}
