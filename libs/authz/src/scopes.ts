/*
 * What a fine-grained token may do, named as the Hub names it. A scope is bound to an id, of a repo or of a namespace: one
 * that is renamed keeps it, another that takes the name later does not get it. A scope never gives more than the account has.
 */

/** `repo.write` includes reading and opening pull requests; settings and deletion need it too, beside the account's own right. */
export const REPO_PERMISSIONS = ['repo.content.read', 'repo.access.read', 'repo.write', 'discussion.write'] as const
export type RepoPermission = (typeof REPO_PERMISSIONS)[number]

/** On a user or organisation: the same for all its repos, and what belongs to the namespace itself. */
export const NAMESPACE_PERMISSIONS = [
  ...REPO_PERMISSIONS, 'org.read', 'org.write', 'collection.read', 'collection.write', 'user.webhooks.read', 'user.webhooks.write', 'job.write',
  'inference.serverless.write',
] as const
export type NamespacePermission = (typeof NAMESPACE_PERMISSIONS)[number]

/** Bound to nothing: on every repo that the account may see. */
export const GLOBAL_PERMISSIONS = ['discussion.write'] as const
export type GlobalPermission = (typeof GLOBAL_PERMISSIONS)[number]

export interface TokenScope {
  readonly kind: 'repo' | 'namespace'
  /** 24 hex digits. */
  readonly id: string
  readonly permissions: readonly NamespacePermission[]
}

export interface TokenScopes {
  /** May read gated repos that are public and open to the account. */
  readonly canReadGatedRepos: boolean
  readonly global: readonly GlobalPermission[]
  readonly scoped: readonly TokenScope[]
}

/** They travel in every actor token, and that is a header. */
export const MAX_SCOPES = 100

/** The scopes in verified claims; undefined when they are malformed. Permissions of a newer version mean nothing here and are dropped. */
export function parseScopes(claim: unknown): TokenScopes | undefined {
  if (!isRecord(claim)) return undefined
  const { canReadGatedRepos, global, scoped } = claim
  if (typeof canReadGatedRepos !== 'boolean' || !Array.isArray(global) || !Array.isArray(scoped) || scoped.length > MAX_SCOPES) return undefined
  const scopes: TokenScope[] = []
  for (const entry of scoped as readonly unknown[]) {
    const scope = parseScope(entry)
    if (scope === undefined) return undefined
    scopes.push(scope)
  }
  return { canReadGatedRepos, global: GLOBAL_PERMISSIONS.filter((known) => global.includes(known)), scoped: scopes }
}

function parseScope(entry: unknown): TokenScope | undefined {
  if (!isRecord(entry)) return undefined
  const { kind, id, permissions } = entry
  if ((kind !== 'repo' && kind !== 'namespace') || typeof id !== 'string' || id === '' || !Array.isArray(permissions)) return undefined
  return { kind, id, permissions: NAMESPACE_PERMISSIONS.filter((known) => permissions.includes(known)) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
