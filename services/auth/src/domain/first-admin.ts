import { hashAccessToken, mintAccessToken } from './access-token.ts'
import type { AccountStore, Entropy } from './ports.ts'

export const FIRST_ADMIN_NAME = 'admin'

/** How the first admin logs in; shown once, in a file of the data folder. */
export interface FirstAdminCredentials {
  readonly user: string
  readonly password: string
  readonly token: string
}

export function mintFirstAdmin(entropy: Entropy): FirstAdminCredentials {
  const password = Buffer.from(entropy.randomBytes(18)).toString('base64url')
  return { user: FIRST_ADMIN_NAME, password, token: mintAccessToken((count) => entropy.randomBytes(count)) }
}

/** Creates the first admin unless there is any account. True when it did. */
export async function createFirstAdmin(
  deps: { readonly accounts: AccountStore; readonly entropy: Entropy; readonly hashPassword: (password: string) => Promise<string> },
  credentials: FirstAdminCredentials,
): Promise<boolean> {
  const passwordHash = await deps.hashPassword(credentials.password)
  let isCreated = false
  const origin = { actor: { kind: 'service', name: 'first-start' }, requestId: 'first-start' } as const
  await deps.accounts.change({ names: [], tokens: [] }, (snapshot) => {
    if (snapshot.hasAccounts) return Promise.resolve([])
    isCreated = true
    const userId = deps.entropy.newId()
    const createMs = deps.entropy.now()
    return Promise.resolve([
      { kind: 'createUser', id: userId, name: credentials.user, fullName: 'Administrator', email: undefined, isAdmin: true, passwordHash, createMs },
      {
        kind: 'addToken', tokenId: deps.entropy.newId(), userId, userName: credentials.user, sha256: hashAccessToken(credentials.token),
        role: 'write', scopes: undefined, displayName: 'first-start', createMs, expireMs: undefined,
      },
    ])
  }, origin)
  return isCreated
}
