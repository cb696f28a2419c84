import type { TokenRole } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { hashAccessToken, mintAccessToken } from './access-token.ts'
import type { AccessToken } from './account.ts'
import { parseField, tokenNameField } from './account-fields.ts'
import type { AccountWrite } from './account-write.ts'
import type { Entropy, KnownAccount, KnownToken } from './ports.ts'
import { checkScopes, type AskedScopes } from './token-scopes.ts'

export interface TokenCommand {
  readonly displayName: string
  readonly role: TokenRole
  readonly scopes: AskedScopes | undefined
  readonly expireMs: number | undefined
}

export interface MintedToken {
  readonly token: AccessToken
  /** Told once; only its digest is kept. */
  readonly value: string
}

export const MAX_TOKENS = 500
const MAX_LIFE_MS = 100 * 366 * 24 * 3600 * 1000

/** A new token for a user, with a fresh value. Throws INVALID_ARGUMENT for what a token cannot be. */
export function draftToken(entropy: Entropy, command: TokenCommand): MintedToken {
  const createMs = entropy.now()
  const { expireMs, role } = command
  if (expireMs !== undefined && !(expireMs > createMs && expireMs < createMs + MAX_LIFE_MS)) throw new HearthError('INVALID_ARGUMENT', 'the expiry of a token must be in the future')
  if (command.scopes !== undefined && role !== 'fineGrained') throw new HearthError('INVALID_ARGUMENT', 'only a fineGrained token has scopes')
  const scopes = role === 'fineGrained' ? checkScopes(command.scopes ?? { canReadGatedRepos: false, global: [], scoped: [] }) : undefined
  const token = { id: entropy.newId(), displayName: parseField(tokenNameField, command.displayName, 'name'), role, scopes, createMs, expireMs, lastUsedMs: undefined }
  return { token, value: mintAccessToken((count) => entropy.randomBytes(count)) }
}

/** The write that keeps it. Throws IN_USE when the user has too many. */
export function addTokenWrite(user: Pick<KnownAccount, 'id' | 'name'>, { token, value }: MintedToken, ownTokens: readonly KnownToken[]): AccountWrite {
  if (ownTokens.filter(({ userId }) => userId === user.id).length >= MAX_TOKENS) throw new HearthError('IN_USE', `a user has at most ${MAX_TOKENS} tokens: delete some first`)
  const { id, displayName, role, scopes, createMs, expireMs } = token
  return { kind: 'addToken', tokenId: id, userId: user.id, userName: user.name, displayName, sha256: hashAccessToken(value), role, scopes, createMs, expireMs }
}
