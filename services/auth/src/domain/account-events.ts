import type { AccountWrite } from './ports.ts'

/** What other services may learn of a write: ids, names and roles; never secrets or their digests. */
export interface AccountEvent {
  readonly type: 'hearth.auth.v1.account.created' | 'hearth.auth.v1.account.updated' | 'hearth.auth.v1.member.added' | 'hearth.auth.v1.token.created'
  readonly payload: Readonly<Record<string, string>>
}

/** One event for each write, stored with it in one transaction. */
export function eventOf(write: AccountWrite): AccountEvent {
  switch (write.kind) {
    case 'createUser': return { type: 'hearth.auth.v1.account.created', payload: { accountId: write.id, kind: 'user', name: write.name } }
    case 'createOrg': return { type: 'hearth.auth.v1.account.created', payload: { accountId: write.id, kind: 'org', name: write.name } }
    case 'setPassword':
    case 'grantAdmin': return { type: 'hearth.auth.v1.account.updated', payload: { accountId: write.userId } }
    case 'addMember': return { type: 'hearth.auth.v1.member.added', payload: { orgId: write.orgId, userId: write.userId, role: write.role } }
    case 'addToken': return { type: 'hearth.auth.v1.token.created', payload: { tokenId: write.id, userId: write.userId, role: write.role } }
  }
}
