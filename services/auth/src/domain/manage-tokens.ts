import type { Actor, UserActor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { foldName, isObjectId } from '@hearth/ids'
import type { AccessToken } from './account.ts'
import type { AccountWrite } from './account-write.ts'
import type { ChangeOrigin } from './audit.ts'
import { addTokenWrite, draftToken, type MintedToken, type TokenCommand } from './draft-token.ts'
import type { AccountDirectory, AccountSnapshot, AccountStore, Entropy, KnownAccount, KnownToken } from './ports.ts'

export interface TokenDeps {
  readonly accounts: Pick<AccountStore, 'change'>
  readonly directory: Pick<AccountDirectory, 'listTokens'>
  readonly entropy: Entropy
}

/** The account's tokens, newest first; not for a fine-grained token, which knows of itself alone. */
export async function listTokens(deps: TokenDeps, actor: Actor, signal: AbortSignal): Promise<readonly AccessToken[]> {
  const user = requireUser(actor)
  if (user.token.role === 'fineGrained') throw tokenTooWeak('see the tokens of the account')
  return deps.directory.listTokens(user.id, signal)
}

export async function createToken(deps: TokenDeps, origin: ChangeOrigin, command: TokenCommand): Promise<MintedToken> {
  const user = requireWriter(origin.actor, 'make tokens')
  const minted = draftToken(deps.entropy, command)
  await changeOwn(deps, user, origin, (account, { ownTokens }) => {
    // One that was revoked a moment ago must not leave a successor behind.
    if (user.token.isSession !== true && !ownTokens.some(({ id }) => id === user.token.id)) throw new HearthError('INVALID_CREDENTIALS', 'the token was revoked')
    return [addTokenWrite(account, minted, ownTokens)]
  })
  return minted
}

/** Whoever holds a token may end it; it takes a "write" token to end others. Throws NOT_FOUND for one that is not the account's. */
export async function deleteToken(deps: TokenDeps, origin: ChangeOrigin, id: string): Promise<void> {
  const user = requireUser(origin.actor)
  if (user.token.id !== id) requireWriter(user, 'delete tokens')
  await changeOwn(deps, user, origin, (account, { ownTokens }) => {
    const token = isObjectId(id) ? ownTokens.find((one) => one.id === id && one.userId === account.id) : undefined
    if (token === undefined) throw new HearthError('NOT_FOUND', 'There is no such token')
    return [removeTokenWrite(account, token)]
  })
}

export async function deleteExpiredTokens(deps: TokenDeps, origin: ChangeOrigin): Promise<number> {
  const user = requireWriter(origin.actor, 'delete tokens')
  let count = 0
  await changeOwn(deps, user, origin, (account, { ownTokens }) => {
    const nowMs = deps.entropy.now()
    const expired = ownTokens.filter((token) => token.userId === account.id && token.expireMs !== undefined && token.expireMs <= nowMs)
    count = expired.length
    return expired.map((token) => removeTokenWrite(account, token))
  })
  return count
}

function removeTokenWrite(user: KnownAccount, { id, displayName }: KnownToken): AccountWrite {
  return { kind: 'removeToken', tokenId: id, userId: user.id, userName: user.name, displayName }
}

/** A change of the calling account, which may have been removed or suspended since its credential was looked at. */
export async function changeOwn(
  deps: Pick<TokenDeps, 'accounts'>, user: UserActor, origin: ChangeOrigin, decide: (account: KnownAccount, snapshot: AccountSnapshot) => readonly AccountWrite[],
): Promise<void> {
  const name = foldName(user.name)
  await deps.accounts.change({ names: [name], tokens: [] }, (snapshot) => {
    const account = snapshot.accounts.get(name)
    if (account?.id !== user.id || account.isSuspended) throw new HearthError('INVALID_CREDENTIALS', 'the user does not exist any more')
    return Promise.resolve(decide(account, snapshot))
  }, origin)
}

export function requireUser(actor: Actor): UserActor {
  if (actor.kind !== 'user') throw new HearthError('UNAUTHENTICATED', 'Log in first: this needs a user')
  return actor
}

function requireWriter(actor: Actor, goal: string): UserActor {
  const user = requireUser(actor)
  if (user.token.role !== 'write') throw tokenTooWeak(goal)
  return user
}

function tokenTooWeak(goal: string): HearthError {
  return new HearthError('FORBIDDEN', `Forbidden: the token in use has no "write" right, which it needs to ${goal}.`)
}
