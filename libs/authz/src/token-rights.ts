import type { ActorToken, UserActor } from './actor.ts'
import type { NamespacePermission } from './scopes.ts'

export interface ScopeTarget {
  readonly namespaceId: string
  /** Absent: the namespace itself. */
  readonly repoId?: string
}

/**
 * True when the token does not keep its account from what `permission` stands for there. The account's own right is another
 * question, asked by `can` and its like. A `read` token allows the rights that only read.
 */
export function tokenAllows(token: ActorToken, permission: NamespacePermission, target: ScopeTarget): boolean {
  switch (token.role) {
    case 'write': return true
    case 'read': return permission.endsWith('.read') && permission !== 'repo.access.read'
    case 'fineGrained': return hasScope(token, permission, target)
  }
}

/** What a token lets its account do on one repo. */
export interface RepoRights {
  readonly readPrivate: boolean
  readonly readGated: boolean
  readonly readAccessRequests: boolean
  readonly openPullRequest: boolean
  readonly write: boolean
}

export function repoRightsOf({ token }: UserActor, target: Required<ScopeTarget>): RepoRights {
  const write = tokenAllows(token, 'repo.write', target)
  const readPrivate = write || tokenAllows(token, 'repo.content.read', target)
  return {
    write, readPrivate,
    readGated: readPrivate || token.scopes?.canReadGatedRepos === true,
    readAccessRequests: write || tokenAllows(token, 'repo.access.read', target),
    openPullRequest: write || tokenAllows(token, 'discussion.write', target),
  }
}

function hasScope({ scopes }: ActorToken, permission: NamespacePermission, { namespaceId, repoId }: ScopeTarget): boolean {
  if (scopes === undefined) return false
  if (scopes.global.some((given) => given === permission)) return true
  return scopes.scoped.some(({ kind, id, permissions }) => id === (kind === 'repo' ? repoId : namespaceId) && permissions.includes(permission))
}
