import type { UserActor } from '@hearth/authz'
import type { Sha256 } from '@hearth/ids'
import { hashAccessToken, trimAccessToken } from './access-token.ts'
import type { CredentialOwner } from './account.ts'
import type { AccountStore, ActorSigner } from './ports.ts'

export type AuthenticationOutcome =
  | { readonly kind: 'authenticated'; readonly actorToken: string; readonly expireMs: number }
  | { readonly kind: 'rejected'; readonly reason: 'unknown' | 'expired' | 'suspended' }

export interface AuthenticateDeps {
  readonly accounts: Pick<AccountStore, 'findCredentials'>
  readonly signer: ActorSigner
  readonly now: () => number
}

/** Longer texts are no tokens of ours and are not worth a digest. */
const MAX_CREDENTIAL_LENGTH = 4096

/** Who presents these access tokens, in their order. One query for all; the same token is signed for once. */
export async function authenticate(
  deps: AuthenticateDeps, accessTokens: readonly string[], signal?: AbortSignal,
): Promise<readonly AuthenticationOutcome[]> {
  const digests = accessTokens.map((token) => digestOf(token))
  const wanted = [...new Set(digests.filter((digest) => digest !== undefined))]
  const owners = wanted.length === 0 ? [] : await deps.accounts.findCredentials(wanted, signal)
  const outcomes = new Map<Sha256, AuthenticationOutcome>()
  await Promise.all(owners.map(async (owner) => outcomes.set(owner.tokenSha256, await judge(deps, owner))))
  return digests.map((digest) => (digest === undefined ? undefined : outcomes.get(digest)) ?? { kind: 'rejected', reason: 'unknown' })
}

async function judge(deps: AuthenticateDeps, owner: CredentialOwner): Promise<AuthenticationOutcome> {
  if (owner.isSuspended) return { kind: 'rejected', reason: 'suspended' }
  if (owner.expireMs !== undefined && owner.expireMs <= deps.now()) return { kind: 'rejected', reason: 'expired' }
  const { token, expireMs } = await deps.signer.sign(actorOf(owner))
  return { kind: 'authenticated', actorToken: token, expireMs }
}

function actorOf(owner: CredentialOwner): UserActor {
  return {
    kind: 'user', id: owner.userId, name: owner.userName, isAdmin: owner.isAdmin, orgs: owner.orgs,
    token: { id: owner.tokenId, role: owner.role },
  }
}

function digestOf(credential: string): Sha256 | undefined {
  if (credential.length > MAX_CREDENTIAL_LENGTH) return undefined
  const token = trimAccessToken(credential)
  return token === '' ? undefined : hashAccessToken(token)
}
