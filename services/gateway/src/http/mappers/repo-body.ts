import { HearthError } from '@hearth/errors'
import { RepoVisibility } from '@hearth/proto/storage/v1/repos'
import type { Call } from '../call.ts'

export function requireUser(call: Call): void {
  if (call.isAnonymous) throw new HearthError('UNAUTHENTICATED', 'Log in first: this needs an access token')
}

export interface NamedRepo {
  readonly name: string
  readonly organization?: string | null | undefined
}

/** Old callers put `namespace/name` into `name`. */
export function splitName({ name, organization }: NamedRepo): { readonly namespace: string | undefined; readonly name: string } {
  const slash = name.indexOf('/')
  if (slash === -1) return { namespace: organization ?? undefined, name }
  const namespace = name.slice(0, slash)
  if (organization !== undefined && organization !== null && organization.toLowerCase() !== namespace.toLowerCase()) {
    throw new HearthError('INVALID_ARGUMENT', 'name and organization name two different namespaces')
  }
  return { namespace, name: name.slice(slash + 1) }
}

export interface VisibilityBody {
  readonly visibility?: 'public' | 'private' | null | undefined
  readonly private?: boolean | null | undefined
}

export function visibilityOf(body: VisibilityBody): RepoVisibility {
  const wanted = body.visibility ?? (body.private === true ? 'private' : body.private === false ? 'public' : undefined)
  if (wanted === undefined) return RepoVisibility.REPO_VISIBILITY_UNSPECIFIED
  return wanted === 'private' ? RepoVisibility.REPO_VISIBILITY_PRIVATE : RepoVisibility.REPO_VISIBILITY_PUBLIC
}
