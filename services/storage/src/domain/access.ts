import { can, findMissingRight, type Actor, type RepoAction } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { asResource, repoPath, type Repo, type RepoName } from './repo.ts'
import type { RepoStore } from './repo-store-port.ts'

const RIGHTS: Readonly<Record<RepoAction, string>> = {
  see: 'see', readContent: 'read', openPullRequest: 'open pull requests on', writeContent: 'write to', administer: 'administer',
  readAccessRequests: 'see the access requests of',
}

/**
 * The repo that `name` means, if `actor` may do `action` on it. Throws REPO_NOT_FOUND for what is not there and for what
 * this actor may not see, alike; GATED_REPO, DISABLED_REPO or FORBIDDEN otherwise.
 */
export async function openRepo(repos: Pick<RepoStore, 'findRepo'>, actor: Actor, name: RepoName, action: RepoAction): Promise<Repo> {
  const repo = await repos.findRepo(name)
  if (repo === undefined) throw repoNotFound()
  assertAllowed(actor, action, repo)
  return repo
}

export function assertAllowed(actor: Actor, action: RepoAction, repo: Repo): void {
  const decision = can(actor, action, asResource(repo))
  if (decision === 'hidden') throw repoNotFound()
  if (repo.isDisabled && action !== 'see' && actor.kind !== 'service') throw new HearthError('DISABLED_REPO', 'Access to this resource is disabled.')
  if (decision === 'gated') throw gatedRepo(actor, repo)
  if (decision === 'forbidden') throw forbidden(actor, action, repo)
}

export function repoNotFound(): HearthError {
  return new HearthError('REPO_NOT_FOUND', 'Repository not found')
}

function gatedRepo(actor: Actor, repo: Repo): HearthError {
  return new HearthError('GATED_REPO', gatedMessage(actor, repo), { metadata: { repo: repoPath(repo) } })
}

function gatedMessage(actor: Actor, repo: Repo): string {
  const subject = `Access to ${repo.type} ${repoPath(repo)} is restricted.`
  if (actor.kind !== 'user') return `${subject} You must have access to it and be authenticated to access it. Please log in.`
  if (findMissingRight(actor, 'readContent', asResource(repo)) !== undefined) return `${subject} The token in use does not include the right to read gated repositories; use another token.`
  return `${subject} You are not in the authorized list. Visit the page of the repository to ask for access.`
}

function forbidden(actor: Actor, action: RepoAction, repo: Repo): HearthError {
  const goal = `${RIGHTS[action]} ${repo.type} ${repoPath(repo)}`
  if (actor.kind !== 'user') return new HearthError('UNAUTHENTICATED', `You must log in to ${goal}.`)
  const missing = findMissingRight(actor, action, asResource(repo))
  if (missing !== undefined) return new HearthError('FORBIDDEN', `Forbidden: the token in use has no "${missing}" right, which it needs to ${goal}.`)
  return new HearthError('FORBIDDEN', `Forbidden: you have no right to ${goal}.`)
}
