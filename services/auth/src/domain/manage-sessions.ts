import type { Actor, UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName, isObjectId } from '@hearth/ids'
import { parseField, passwordField } from './account-fields.ts'
import type { WebSession } from './account.ts'
import type { ChangeOrigin } from './audit.ts'
import { beginTry, endTry } from './log-in.ts'
import { changeOwn, requireUser } from './manage-tokens.ts'
import type { AccountStore, Entropy, LoginAttemptStore, Passwords, SessionStore } from './ports.ts'

export interface SessionDeps {
  readonly accounts: Pick<AccountStore, 'change'>
  readonly sessions: SessionStore
  readonly attempts: LoginAttemptStore
  readonly passwords: Passwords
  readonly entropy: Entropy
  readonly sessionIdleMs: number
}

/** Ends the calling session; nothing for a caller that came with a token. */
export async function logOut(deps: SessionDeps, origin: ChangeOrigin): Promise<void> {
  const user = requireUser(origin.actor)
  if (user.token.isSession === true) await endSession(deps, user, origin, user.token.id)
}

export async function listSessions(deps: SessionDeps, actor: Actor, signal: AbortSignal): Promise<readonly WebSession[]> {
  const user = requireWhole(actor)
  return deps.sessions.listSessions(user.id, deps.sessionIdleMs, deps.entropy.now(), signal)
}

/** Throws NOT_FOUND for one that is not the account's. */
export async function deleteSession(deps: SessionDeps, origin: ChangeOrigin, id: string, signal: AbortSignal): Promise<void> {
  const user = requireWhole(origin.actor)
  const own = await deps.sessions.listSessions(user.id, deps.sessionIdleMs, deps.entropy.now(), signal)
  if (!own.some((session) => session.id === id)) throw new HearthError('NOT_FOUND', 'There is no such session')
  await endSession(deps, user, origin, id)
}

export async function deleteOtherSessions(deps: SessionDeps, origin: ChangeOrigin): Promise<void> {
  const user = requireWhole(origin.actor)
  await changeOwn(deps, user, origin, (account) => [{ kind: 'endSessions', userId: account.id, userName: account.name, exceptId: ownSessionId(user) }])
}

/** Ends the other sessions; tokens stay. A wrong present password is slowed down as at the login. */
export async function changePassword(
  deps: SessionDeps, origin: ChangeOrigin, command: { readonly currentPassword: string; readonly newPassword: string; readonly clientAddress: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const user = requireWhole(origin.actor)
  const newPassword = parseField(passwordField, command.newPassword, 'new password')
  if (command.currentPassword.length > 1024) throw wrongPassword()
  const subjects = await beginTry(deps, { name: user.name, clientAddress: command.clientAddress })
  const owner = await deps.sessions.findPasswordOwner(foldName(user.name), signal)
  if (!(await deps.passwords.verify(command.currentPassword, owner?.passwordHash)) || owner?.userId !== user.id) throw wrongPassword()
  await endTry(deps, subjects)
  const passwordHash = await deps.passwords.hash(newPassword)
  await changeOwn(deps, user, origin, ({ id, name }) => [
    { kind: 'setPassword', userId: id, userName: name, passwordHash }, { kind: 'endSessions', userId: id, userName: name, exceptId: ownSessionId(user) },
  ])
}

async function endSession(deps: SessionDeps, user: UserActor, origin: ChangeOrigin, id: string): Promise<void> {
  if (!isObjectId(id)) throw new HearthError('NOT_FOUND', 'There is no such session')
  await changeOwn(deps, user, origin, (account) => [{ kind: 'endSession', sessionId: id, userId: account.id, userName: account.name }])
}

function ownSessionId({ token }: UserActor): ReturnType<typeof asObjectId> {
  return token.isSession === true ? asObjectId(token.id) : undefined
}

function asObjectId(id: string) {
  return isObjectId(id) ? id : undefined
}

/** The account itself, or a token that may do all that it may. */
function requireWhole(actor: Actor): UserActor {
  const user = requireUser(actor)
  if (user.token.role !== 'write') throw new HearthError('FORBIDDEN', 'Forbidden: the token in use has no "write" right, which it needs to manage sessions and the password.')
  return user
}

function wrongPassword(): HearthError {
  return new HearthError('FORBIDDEN', 'The current password is wrong')
}
