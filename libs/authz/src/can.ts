import type { Actor, ActorOrg, UserActor } from './actor.ts'

export type RepoAction = 'see' | 'readContent' | 'openPullRequest' | 'writeContent' | 'administer'

export interface RepoResource {
  readonly namespaceId: string
  readonly visibility: 'public' | 'private'
  readonly gated: 'open' | 'auto' | 'manual'
  readonly creatorId: string
  /** The actor holds an accepted grant of this gated repo. */
  readonly isGranted: boolean
}

export interface NamespaceResource {
  readonly id: string
}

/** `hidden`: answer as if it did not exist. `gated`: it exists, its bytes need a grant. `forbidden`: it exists, this is not for you. */
export type Decision = 'allow' | 'hidden' | 'gated' | 'forbidden'

/** May `actor` do `action` on this repo. Pure; called only by the service that owns the repo. */
export function can(actor: Actor, action: RepoAction, repo: RepoResource): Decision {
  if (actor.kind === 'service') return 'allow'
  if (actor.kind === 'anonymous') return decideAnonymous(action, repo)
  const standing = standingOf(actor, repo)
  if (standing === 'none' && repo.visibility === 'private') return 'hidden'
  switch (action) {
    case 'see': return 'allow'
    case 'readContent': return mayReadContent(actor, standing, repo) ? 'allow' : 'gated'
    case 'openPullRequest': return decidePullRequest(actor, standing, repo)
    case 'writeContent': return mayWrite(actor) && (standing === 'writer' || standing === 'admin') ? 'allow' : 'forbidden'
    case 'administer': return mayWrite(actor) && standing === 'admin' ? 'allow' : 'forbidden'
  }
}

/** May `actor` create a repo in this namespace. */
export function canCreateRepo(actor: Actor, namespace: NamespaceResource): Decision {
  if (actor.kind === 'service') return 'allow'
  if (actor.kind === 'anonymous' || !mayWrite(actor)) return 'forbidden'
  if (actor.isAdmin || actor.id === namespace.id) return 'allow'
  const role = orgOf(actor, namespace.id)?.role
  return role !== undefined && role !== 'read' ? 'allow' : 'forbidden'
}

type Standing = 'none' | 'reader' | 'writer' | 'admin'

function decideAnonymous(action: RepoAction, repo: RepoResource): Decision {
  if (repo.visibility === 'private') return 'hidden'
  if (action === 'see') return 'allow'
  if (action === 'readContent') return repo.gated === 'open' ? 'allow' : 'gated'
  return 'forbidden'
}

/** What the actor's place in the namespace gives, before the token's own limit (`mayWrite`). A fine-grained token without scopes gives nothing beyond the public. */
function standingOf(actor: UserActor, repo: RepoResource): Standing {
  if (actor.token.role === 'fineGrained') return 'none'
  if (actor.isAdmin || actor.id === repo.namespaceId) return 'admin'
  switch (orgOf(actor, repo.namespaceId)?.role) {
    case 'admin': return 'admin'
    case 'write': return 'writer'
    case 'contributor': return actor.id === repo.creatorId ? 'admin' : 'reader'
    case 'read': return 'reader'
    case undefined: return 'none'
  }
}

/** A grant is the account's, not the public's: a fine-grained token without scopes does not carry it. */
function mayReadContent(actor: UserActor, standing: Standing, repo: RepoResource): boolean {
  if (repo.gated === 'open' || standing !== 'none') return true
  return repo.isGranted && actor.token.role !== 'fineGrained'
}

function decidePullRequest(actor: UserActor, standing: Standing, repo: RepoResource): Decision {
  if (!mayReadContent(actor, standing, repo)) return 'gated'
  return mayWrite(actor) ? 'allow' : 'forbidden'
}

function mayWrite(actor: UserActor): boolean {
  return actor.token.role === 'write'
}

function orgOf(actor: UserActor, namespaceId: string): ActorOrg | undefined {
  return actor.orgs.find((org) => org.id === namespaceId)
}
