import type { OrgRole, TokenRole, TokenScopes } from '@hearth/authz'
import type { ObjectId, Sha256 } from '@hearth/ids'
import type { Visibility } from './account.ts'

interface UserRef {
  readonly userId: ObjectId
  readonly userName: string
}

interface OrgRef {
  readonly orgId: ObjectId
  readonly orgName: string
}

interface TokenRef extends UserRef {
  readonly tokenId: ObjectId
  readonly displayName: string
}

/** One step of a change. Each holds the names too: the audit log tells them as they were. */
export type AccountWrite =
  | {
    readonly kind: 'createUser'; readonly id: ObjectId; readonly name: string; readonly fullName: string; readonly email: string | undefined
    readonly isAdmin: boolean; readonly passwordHash: string | undefined; readonly createMs: number
  }
  | {
    readonly kind: 'createOrg'; readonly id: ObjectId; readonly name: string; readonly fullName: string
    readonly defaultVisibility: Visibility; readonly createMs: number
  }
  | UserRef & { readonly kind: 'setPassword'; readonly passwordHash: string }
  | UserRef & { readonly kind: 'setAdmin'; readonly isAdmin: boolean }
  /** `suspendMs` undefined: no longer suspended. */
  | UserRef & { readonly kind: 'setSuspended'; readonly suspendMs: number | undefined }
  /** With its tokens, sessions and memberships. */
  | UserRef & { readonly kind: 'removeUser' }
  | OrgRef & { readonly kind: 'removeOrg' }
  | OrgRef & UserRef & { readonly kind: 'addMember'; readonly role: OrgRole; readonly createMs: number }
  | OrgRef & UserRef & { readonly kind: 'setMemberRole'; readonly role: OrgRole; readonly formerRole: OrgRole }
  | OrgRef & UserRef & { readonly kind: 'removeMember' }
  | TokenRef & {
    readonly kind: 'addToken'; readonly sha256: Sha256; readonly role: TokenRole; readonly scopes: TokenScopes | undefined
    readonly createMs: number; readonly expireMs: number | undefined
  }
  | TokenRef & { readonly kind: 'removeToken' }
  | UserRef & { readonly kind: 'endSession'; readonly sessionId: ObjectId }
  | UserRef & { readonly kind: 'endSessions'; readonly exceptId: ObjectId | undefined }
