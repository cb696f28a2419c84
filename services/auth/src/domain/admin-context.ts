import { canAdministerHub, type Actor, type UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName } from '@hearth/ids'
import type { AccountDirectory, AccountSnapshot, AccountStore, Entropy, KnownAccount, Passwords, RepoOwnership } from './ports.ts'

export interface AdminDeps {
  readonly accounts: Pick<AccountStore, 'change'>
  readonly directory: AccountDirectory
  readonly passwords: Pick<Passwords, 'hash'>
  readonly repos: RepoOwnership
  readonly entropy: Entropy
}

/** Before anything else, so that nobody learns who is there. */
export function requireHubAdmin(actor: Actor, how: 'read' | 'write'): UserActor {
  if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'Log in first: this needs an admin of the hub')
  if (canAdministerHub(actor, how) === 'allow') return actor
  const why = actor.isAdmin ? 'the token in use has no "write" right' : 'you are no admin of this hub'
  throw new HearthError('FORBIDDEN', `Forbidden: ${why}.`)
}

export function findUserIn(snapshot: AccountSnapshot, name: string): KnownAccount {
  return findAccountIn(snapshot, name, 'user')
}

export function findAccountIn(snapshot: AccountSnapshot, name: string, kind: 'user' | 'org'): KnownAccount {
  const account = snapshot.accounts.get(foldName(name))
  if (account?.kind !== kind) throw new HearthError('NOT_FOUND', kind === 'user' ? 'User not found' : 'Organization not found')
  return account
}

/** Users and organisations share their names. */
export function assertNameIsFree(snapshot: AccountSnapshot, name: string): void {
  const taken = snapshot.accounts.get(foldName(name))
  if (taken !== undefined) throw new HearthError('ALREADY_EXISTS', `There is ${taken.kind === 'user' ? 'a user' : 'an organization'} named ${taken.name} already`)
}

/** Repos outlive nobody: they are moved or deleted first. */
export async function assertOwnsNothing(repos: RepoOwnership, name: string, signal: AbortSignal): Promise<void> {
  const some = await repos.findSomeRepos(name, signal)
  if (some.length > 0) throw new HearthError('IN_USE', `${name} owns repositories (${some.join(', ')}${some.length > 2 ? ', ...' : ''}): move or delete them first`)
}
