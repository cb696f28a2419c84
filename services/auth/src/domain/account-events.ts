import type { AccountWrite } from './account-write.ts'

type Noun = 'account.created' | 'account.updated' | 'account.suspended' | 'account.unsuspended' | 'account.removed'
  | 'member.added' | 'member.updated' | 'member.removed' | 'token.created' | 'token.revoked' | 'session.ended'

/** What other services may learn of a write: ids, names and roles; never secrets or their digests. */
export interface AccountEvent {
  readonly type: `hearth.auth.v1.${Noun}`
  readonly payload: Readonly<Record<string, string>>
}

/** One event for each write, stored with it in one transaction. */
export function eventOf(write: AccountWrite): AccountEvent {
  switch (write.kind) {
    case 'createUser': return event('account.created', { accountId: write.id, kind: 'user', name: write.name })
    case 'createOrg': return event('account.created', { accountId: write.id, kind: 'org', name: write.name })
    case 'setPassword':
    case 'setAdmin': return event('account.updated', { accountId: write.userId })
    case 'setSuspended': return event(write.suspendMs === undefined ? 'account.unsuspended' : 'account.suspended', { accountId: write.userId })
    case 'removeUser': return event('account.removed', { accountId: write.userId, kind: 'user', name: write.userName })
    case 'removeOrg': return event('account.removed', { accountId: write.orgId, kind: 'org', name: write.orgName })
    case 'addMember': return event('member.added', { orgId: write.orgId, userId: write.userId, role: write.role })
    case 'setMemberRole': return event('member.updated', { orgId: write.orgId, userId: write.userId, role: write.role })
    case 'removeMember': return event('member.removed', { orgId: write.orgId, userId: write.userId })
    case 'addToken': return event('token.created', { tokenId: write.tokenId, userId: write.userId, role: write.role })
    case 'removeToken': return event('token.revoked', { tokenId: write.tokenId, userId: write.userId })
    case 'endSession':
    case 'endSessions': return event('session.ended', { userId: write.userId })
  }
}

function event(noun: Noun, payload: Readonly<Record<string, string>>): AccountEvent {
  return { type: `hearth.auth.v1.${noun}`, payload }
}
