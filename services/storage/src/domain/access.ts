import { can, findMissingRight, type Actor, type Decision, type RepoAction, type RepoResource } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { AccessStatus } from './gating.ts'
import { asResource, repoPath, type Repo, type RepoName } from './repo.ts'
import type { RepoStore } from './repo-store-port.ts'

const RIGHTS: Readonly<Record<RepoAction, string>> = {
  see: 'see', readContent: 'read', openPullRequest: 'open pull requests on', writeContent: 'write to', administer: 'administer',
  readAccessRequests: 'see the access requests of',
}

export type AccessReads = Pick<RepoStore, 'findRepo' | 'findAccessStatus'>

/**
 * The repo that `name` means, if `actor` may do `action` on it. Throws REPO_NOT_FOUND for what is not there and for what
 * this actor may not see, alike; GATED_REPO, DISABLED_REPO or FORBIDDEN otherwise.
 */
export async function openRepo(repos: AccessReads, actor: Actor, name: RepoName, action: RepoAction): Promise<Repo> {
  const repo = await repos.findRepo(name)
  if (repo === undefined) throw repoNotFound()
  await assertAllowed(repos, actor, action, repo)
  return repo
}

/** Grants are asked for anew each time: who was let in a moment ago gets in, who was sent away does not. */
export async function assertAllowed(repos: Pick<RepoStore, 'findAccessStatus'>, actor: Actor, action: RepoAction, repo: Repo): Promise<void> {
  const isGateAsked = repo.gated !== 'open' && action !== 'see' && actor.kind === 'user'
  const status = isGateAsked ? await repos.findAccessStatus(repo.id, actor.id) : undefined
  const decision = decide(actor, action, asResource(repo, status === 'accepted'))
  if (decision === 'hidden') throw repoNotFound()
  if (repo.isDisabled && action !== 'see' && actor.kind !== 'service') throw new HearthError('DISABLED_REPO', 'Access to this resource is disabled.')
  if (decision === 'gated') throw gatedRepo(actor, repo, status)
  if (decision === 'forbidden') throw forbidden(actor, action, { repo, isGranted: status === 'accepted' })
}

/** Who may not even read is told about the gate: the other refusal waits behind it. */
function decide(actor: Actor, action: RepoAction, resource: RepoResource): Decision {
  const decision = can(actor, action, resource)
  const isRefusedWriter = decision === 'forbidden' && action === 'writeContent' && actor.kind === 'user'
  return isRefusedWriter && can(actor, 'readContent', resource) === 'gated' ? 'gated' : decision
}

/** Whose bytes an upload brings: they may be used by the same account before a commit names them, whatever its token. */
export function accountOf(actor: Actor): string {
  return actor.kind === 'user' ? actor.id : actor.kind === 'service' ? `service:${actor.name}` : ''
}

export function repoNotFound(): HearthError {
  return new HearthError('REPO_NOT_FOUND', 'Repository not found')
}

/** What keeps the caller out: `ask` is answered with the address of the repo's page, which only the gateway knows. */
type Gate = 'login' | 'tokenScope' | 'ask' | 'pending' | 'rejected'

function gatedRepo(actor: Actor, repo: Repo, status: AccessStatus | undefined): HearthError {
  const gate = gateOf(actor, repo, status)
  return new HearthError('GATED_REPO', gatedMessage(gate, `${repo.type} ${repoPath(repo)}`), { metadata: { repo: repoPath(repo), repoType: repo.type, gate } })
}

function gateOf(actor: Actor, repo: Repo, status: AccessStatus | undefined): Gate {
  if (actor.kind !== 'user') return 'login'
  if (findMissingRight(actor, 'readContent', asResource(repo, status === 'accepted')) !== undefined) return 'tokenScope'
  return status === 'pending' || status === 'rejected' ? status : 'ask'
}

function gatedMessage(gate: Gate, repo: string): string {
  const subject = `Access to ${repo} is restricted`
  switch (gate) {
    case 'login': return `${subject}. You must have access to it and be authenticated to access it. Please log in.`
    case 'tokenScope': return `${subject}. Your account has access, but the token in use does not: enable access to public gated repositories (canReadGatedRepos) in the settings of this fine-grained token, or use another token.`
    case 'ask': return `${subject} and you are not in the authorized list. Visit the page of the repository to ask for access.`
    case 'pending': return `${subject}. Your request to access it is awaiting a review from the authors of the repository.`
    case 'rejected': return `${subject}. Your request to access it has been rejected by the authors of the repository.`
  }
}

function forbidden(actor: Actor, action: RepoAction, { repo, isGranted }: { readonly repo: Repo; readonly isGranted: boolean }): HearthError {
  const goal = `${RIGHTS[action]} ${repo.type} ${repoPath(repo)}`
  if (actor.kind !== 'user') return new HearthError('UNAUTHENTICATED', `You must log in to ${goal}.`)
  const missing = findMissingRight(actor, action, asResource(repo, isGranted))
  if (missing !== undefined) return new HearthError('FORBIDDEN', `Forbidden: the token in use has no "${missing}" right, which it needs to ${goal}.`)
  return new HearthError('FORBIDDEN', `Forbidden: you have no right to ${goal}.`)
}
