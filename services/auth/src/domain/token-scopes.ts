import { GLOBAL_PERMISSIONS, MAX_SCOPES, NAMESPACE_PERMISSIONS, REPO_PERMISSIONS, type TokenScope, type TokenScopes } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { isObjectId } from '@hearth/ids'

/** Scopes as somebody asks for them, not checked yet. */
export interface AskedScopes {
  readonly canReadGatedRepos: boolean
  readonly global: readonly string[]
  readonly scoped: readonly { readonly kind: TokenScope['kind']; readonly id: string; readonly permissions: readonly string[] }[]
}

/** Beside the memberships of a user they fit into one header of 64 KiB, also in base64. */
const MAX_SCOPES_CHARS = 12 * 1024

/** The same, in a fixed order and without repetitions. Throws INVALID_ARGUMENT for what is unknown, misplaced or too much. */
export function checkScopes(asked: AskedScopes): TokenScopes {
  if (asked.scoped.length > MAX_SCOPES) throw invalid(`at most ${MAX_SCOPES} scopes`)
  const byTarget = new Map<string, { readonly kind: TokenScope['kind']; readonly id: string; readonly permissions: Set<string> }>()
  for (const { kind, id, permissions } of asked.scoped) {
    if (!isObjectId(id)) throw invalid('the id of a scope must be 24 hex digits')
    const known = byTarget.get(`${kind} ${id}`) ?? { kind, id, permissions: new Set() }
    for (const permission of permissions) known.permissions.add(permission)
    byTarget.set(`${kind} ${id}`, known)
  }
  const scoped = [...byTarget.values()].map(({ kind, id, permissions }): TokenScope =>
    ({ kind, id, permissions: pick(permissions, kind === 'repo' ? REPO_PERMISSIONS : NAMESPACE_PERMISSIONS, kind === 'repo' ? 'a repo' : 'a user or organisation') }))
  const scopes = { canReadGatedRepos: asked.canReadGatedRepos, global: pick(new Set(asked.global), GLOBAL_PERMISSIONS, 'global scopes'), scoped }
  if (JSON.stringify(scopes).length > MAX_SCOPES_CHARS) throw invalid('too many permissions on single repos: give them on the user or organization')
  return scopes
}

function pick<P extends string>(asked: ReadonlySet<string>, known: readonly P[], where: string): P[] {
  for (const permission of asked) {
    if (!known.some((one) => one === permission)) throw invalid(`${JSON.stringify(permission.slice(0, 50))} is no permission on ${where}: there are ${known.join(', ')}`)
  }
  return known.filter((permission) => asked.has(permission))
}

function invalid(what: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `scopes: ${what}`)
}
