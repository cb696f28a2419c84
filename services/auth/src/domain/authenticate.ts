import type { UserActor } from '@hearth/authz'
import type { Sha256 } from '@hearth/ids'
import { hashAccessToken, trimAccessToken } from './access-token.ts'
import type { CredentialOwner } from './account.ts'
import type { CredentialUses } from './credential-uses.ts'
import type { AccountStore, ActorSigner, SessionStore } from './ports.ts'

/** As it was presented. */
export interface PresentedCredential {
  readonly kind: 'accessToken' | 'session'
  readonly value: string
}

export type AuthenticationOutcome =
  | { readonly kind: 'authenticated'; readonly actorToken: string; readonly expireMs: number }
  | { readonly kind: 'rejected'; readonly reason: 'unknown' | 'expired' | 'suspended' }

export interface AuthenticateDeps {
  readonly accounts: Pick<AccountStore, 'findCredentials'>
  readonly sessions: Pick<SessionStore, 'findSessions'>
  readonly signer: ActorSigner
  readonly uses: Pick<CredentialUses, 'note'>
  readonly sessionIdleMs: number
  readonly now: () => number
}

/** Longer texts are no tokens of ours and are not worth a digest. */
const MAX_CREDENTIAL_LENGTH = 4096

/** Who presents these credentials, in their order. One query for all of a kind; the same one is signed for once. */
export async function authenticate(
  deps: AuthenticateDeps, credentials: readonly PresentedCredential[], signal?: AbortSignal,
): Promise<readonly AuthenticationOutcome[]> {
  const presented = credentials.map(({ kind, value }) => ({ kind, sha256: digestOf(value) }))
  const wanted = (kind: PresentedCredential['kind']): Sha256[] =>
    [...new Set(presented.flatMap((one) => (one.kind === kind && one.sha256 !== undefined ? [one.sha256] : [])))]
  const [tokens, sessions] = [wanted('accessToken'), wanted('session')]
  const owners = (await Promise.all([
    tokens.length === 0 ? [] : deps.accounts.findCredentials(tokens, signal),
    sessions.length === 0 ? [] : deps.sessions.findSessions(sessions, deps.sessionIdleMs, signal),
  ])).flat()
  const outcomes = new Map<string, AuthenticationOutcome>()
  await Promise.all(owners.map(async (owner) => outcomes.set(keyOf(owner.isSession ? 'session' : 'accessToken', owner.sha256), await judge(deps, owner))))
  return presented.map(({ kind, sha256 }) => (sha256 === undefined ? undefined : outcomes.get(keyOf(kind, sha256))) ?? { kind: 'rejected', reason: 'unknown' })
}

/** A token is no session and a session no token, whatever their text. */
function keyOf(kind: PresentedCredential['kind'], sha256: Sha256): string {
  return `${kind} ${sha256}`
}

async function judge(deps: AuthenticateDeps, owner: CredentialOwner): Promise<AuthenticationOutcome> {
  if (owner.isSuspended) return { kind: 'rejected', reason: 'suspended' }
  if (owner.expireMs !== undefined && owner.expireMs <= deps.now()) return { kind: 'rejected', reason: 'expired' }
  deps.uses.note({ id: owner.credentialId, isSession: owner.isSession })
  const { token, expireMs } = await deps.signer.sign(actorOf(owner))
  return { kind: 'authenticated', actorToken: token, expireMs }
}

function actorOf(owner: CredentialOwner): UserActor {
  return {
    kind: 'user', id: owner.userId, name: owner.userName, isAdmin: owner.isAdmin, orgs: owner.orgs,
    token: {
      id: owner.credentialId, role: owner.role, ...(owner.scopes === undefined ? {} : { scopes: owner.scopes }), ...(owner.isSession ? { isSession: true } : {}),
    },
  }
}

function digestOf(credential: string): Sha256 | undefined {
  if (credential.length > MAX_CREDENTIAL_LENGTH) return undefined
  const token = trimAccessToken(credential)
  return token === '' ? undefined : hashAccessToken(token)
}
