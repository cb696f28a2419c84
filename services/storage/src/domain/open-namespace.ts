import { canCreateRepo, tokenAllows, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import type { CallerCredentials, Namespace, StorageContext } from './ports.ts'

/** The namespace (absent: the caller's own) if the actor may put a repo there. Throws UNAUTHENTICATED, NAMESPACE_NOT_FOUND or FORBIDDEN. */
export async function openNamespace(ctx: Pick<StorageContext, 'namespaces'>, actor: Actor, asked: string | undefined, caller: CallerCredentials): Promise<Namespace> {
  if (actor.kind === 'anonymous') throw new HearthError('UNAUTHENTICATED', 'You must log in to create a repository.')
  const name = asked ?? actor.name
  const namespace = await ctx.namespaces.findNamespace(name, caller)
  if (namespace === undefined) throw new HearthError('NAMESPACE_NOT_FOUND', `There is no user or organization named ${JSON.stringify(name.slice(0, 100))}`)
  if (canCreateRepo(actor, { id: namespace.id }) === 'allow') return namespace
  const right = actor.kind === 'user' && actor.token.role === 'fineGrained' ? 'repo.write' : 'write'
  const isTokenTooWeak = actor.kind === 'user' && !tokenAllows(actor.token, 'repo.write', { namespaceId: namespace.id })
  const why = isTokenTooWeak ? `the token in use has no "${right}" right` : 'you have no right to do so'
  throw new HearthError('FORBIDDEN', `Forbidden: cannot create a repository under the namespace ${namespace.name}: ${why}.`)
}
