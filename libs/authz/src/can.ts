import type { Actor, ActorOrg, UserActor } from './actor.ts'
import type { NamespacePermission } from './scopes.ts'
import { repoRightsOf, tokenAllows, type RepoRights } from './token-rights.ts'

/** `readAccessRequests`: see who asked for access to a gated repo. */
export type RepoAction = 'see' | 'readContent' | 'openPullRequest' | 'writeContent' | 'administer' | 'readAccessRequests'

export interface RepoResource {
  readonly id: string
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
  return decideUser({ standing: standingOf(actor, repo), rights: repoRightsOf(actor, { namespaceId: repo.namespaceId, repoId: repo.id }) }, action, repo)
}

/** May `actor` create a repo in this namespace. */
export function canCreateRepo(actor: Actor, namespace: NamespaceResource): Decision {
  if (actor.kind === 'service') return 'allow'
  if (actor.kind === 'anonymous' || !tokenAllows(actor.token, 'repo.write', { namespaceId: namespace.id })) return 'forbidden'
  if (actor.isAdmin || actor.id === namespace.id) return 'allow'
  const role = orgOf(actor, namespace.id)?.role
  return role !== undefined && role !== 'read' ? 'allow' : 'forbidden'
}

/** May `actor` add, change and remove members of this organisation. */
export function canManageMembers(actor: Actor, org: NamespaceResource): Decision {
  if (actor.kind !== 'user' || !tokenAllows(actor.token, 'org.write', { namespaceId: org.id })) return 'forbidden'
  return actor.isAdmin || orgOf(actor, org.id)?.role === 'admin' ? 'allow' : 'forbidden'
}

/** May `actor` administer the hub, or with `read` look at what administrators see. No fine-grained token holds that right. */
export function canAdministerHub(actor: Actor, how: 'read' | 'write'): Decision {
  if (actor.kind !== 'user' || !actor.isAdmin || actor.token.role === 'fineGrained') return 'forbidden'
  return how === 'read' || actor.token.role === 'write' ? 'allow' : 'forbidden'
}

/** The right that the token in use lacks, where the account behind it could do this; undefined where the token is not what is in the way. */
export function findMissingRight(actor: Actor, action: RepoAction, repo: RepoResource): 'write' | NamespacePermission | undefined {
  if (actor.kind !== 'user' || actor.token.role === 'write') return undefined
  const whole: UserActor = { ...actor, token: { id: actor.token.id, role: 'write' } }
  if (can(actor, action, repo) === 'allow' || can(whole, action, repo) !== 'allow') return undefined
  if (actor.token.role === 'read') return 'write'
  return can(actor, action, repo) === 'gated' ? 'repo.content.read' : NEEDED[action]
}

const NEEDED = {
  see: 'repo.content.read', readContent: 'repo.content.read', openPullRequest: 'discussion.write', writeContent: 'repo.write', administer: 'repo.write',
  readAccessRequests: 'repo.access.read',
} as const satisfies Record<RepoAction, NamespacePermission>

type Standing = 'none' | 'reader' | 'writer' | 'admin'

/** What the account has, and what the token leaves of it. */
interface Reach {
  readonly standing: Standing
  readonly rights: RepoRights
}

function decideUser(reach: Reach, action: RepoAction, repo: RepoResource): Decision {
  const { standing, rights } = reach
  if (repo.visibility === 'private' && (standing === 'none' || !rights.readPrivate)) return 'hidden'
  const mayRead = mayReadContent(reach, repo)
  const isWriter = standing === 'writer' || standing === 'admin'
  switch (action) {
    case 'see': return 'allow'
    case 'readContent': return mayRead ? 'allow' : 'gated'
    case 'openPullRequest': return mayRead ? allowIf(rights.openPullRequest) : 'gated'
    case 'writeContent': return allowIf(isWriter && rights.write)
    case 'administer': return allowIf(standing === 'admin' && rights.write)
    case 'readAccessRequests': return allowIf(isWriter && rights.readAccessRequests)
  }
}

function mayReadContent({ standing, rights }: Reach, repo: RepoResource): boolean {
  return repo.gated === 'open' || ((standing !== 'none' || repo.isGranted) && rights.readGated)
}

function decideAnonymous(action: RepoAction, repo: RepoResource): Decision {
  if (repo.visibility === 'private') return 'hidden'
  if (action === 'see') return 'allow'
  if (action === 'readContent') return repo.gated === 'open' ? 'allow' : 'gated'
  return 'forbidden'
}

/** What the account's place in the namespace gives, whatever the token. */
function standingOf(actor: UserActor, repo: RepoResource): Standing {
  if (actor.isAdmin || actor.id === repo.namespaceId) return 'admin'
  switch (orgOf(actor, repo.namespaceId)?.role) {
    case 'admin': return 'admin'
    case 'write': return 'writer'
    case 'contributor': return actor.id === repo.creatorId ? 'admin' : 'reader'
    case 'read': return 'reader'
    case undefined: return 'none'
  }
}

function orgOf(actor: UserActor, namespaceId: string): ActorOrg | undefined {
  return actor.orgs.find((org) => org.id === namespaceId)
}

function allowIf(condition: boolean): Decision {
  return condition ? 'allow' : 'forbidden'
}
