import type { Actor } from '@hearth/authz'
import type { AccountWrite } from './account-write.ts'

/** Who asks for a change, and by which request. */
export interface ChangeOrigin {
  readonly actor: Actor
  readonly requestId: string
}

export interface AuditTarget {
  readonly kind: 'user' | 'org' | 'token' | 'session' | 'repo'
  readonly id: string
  readonly name: string
}

/** What was done to what. Who did it and when is added by the store. */
export interface AuditAct {
  readonly action: string
  readonly target: AuditTarget
  /** Small facts, never secrets or their digests. */
  readonly details: Readonly<Record<string, string>>
}

export interface AuditEntry extends AuditAct {
  readonly id: number
  readonly timeMs: number
  readonly actor: AuditActor
  readonly requestId: string
}

export interface AuditActor {
  readonly kind: Actor['kind']
  readonly id: string | undefined
  readonly name: string | undefined
  /** The token or session in use. */
  readonly credentialId: string | undefined
}

/** The same as the log keeps it. */
export interface AuditOrigin {
  readonly actor: AuditActor
  readonly requestId: string
  /** Absent: now. */
  readonly timeMs?: number
}

export function auditOriginOf({ actor, requestId }: ChangeOrigin): AuditOrigin {
  return { actor: auditActorOf(actor), requestId }
}

function auditActorOf(actor: Actor): AuditActor {
  switch (actor.kind) {
    case 'user': return { kind: 'user', id: actor.id, name: actor.name, credentialId: actor.token.id }
    case 'service': return { kind: 'service', id: undefined, name: actor.name, credentialId: undefined }
    case 'anonymous': return { kind: 'anonymous', id: undefined, name: undefined, credentialId: undefined }
  }
}

/** One entry for each write, stored with it in one transaction. */
export function auditOf(write: AccountWrite): AuditAct {
  switch (write.kind) {
    case 'createUser': return { action: 'user.create', target: { kind: 'user', id: write.id, name: write.name }, details: { admin: String(write.isAdmin) } }
    case 'createOrg': return { action: 'org.create', target: { kind: 'org', id: write.id, name: write.name }, details: { defaultVisibility: write.defaultVisibility } }
    case 'setPassword': return onUser('user.password.set', write)
    case 'setAdmin': return onUser(write.isAdmin ? 'user.admin.grant' : 'user.admin.revoke', write)
    case 'setSuspended': return onUser(write.suspendMs === undefined ? 'user.unsuspend' : 'user.suspend', write)
    case 'removeUser': return onUser('user.remove', write)
    case 'removeOrg': return onOrg('org.remove', write, {})
    case 'addMember': return onOrg('member.add', write, { user: write.userName, userId: write.userId, role: write.role })
    case 'setMemberRole': return onOrg('member.role', write, { user: write.userName, userId: write.userId, role: write.role, formerRole: write.formerRole })
    case 'removeMember': return onOrg('member.remove', write, { user: write.userName, userId: write.userId })
    case 'addToken': return onToken('token.create', write, { role: write.role, ...scopeDetails(write), ...(write.expireMs === undefined ? {} : { expires: new Date(write.expireMs).toISOString() }) })
    case 'removeToken': return onToken('token.delete', write, {})
    case 'endSession': return { action: 'session.end', target: { kind: 'session', id: write.sessionId, name: write.userName }, details: {} }
    case 'endSessions': return onUser('session.end-all', write)
  }
}

type Details = Readonly<Record<string, string>>

function onUser(action: string, write: { readonly userId: string; readonly userName: string }): AuditAct {
  return { action, target: { kind: 'user', id: write.userId, name: write.userName }, details: {} }
}

function onOrg(action: string, write: { readonly orgId: string; readonly orgName: string }, details: Details): AuditAct {
  return { action, target: { kind: 'org', id: write.orgId, name: write.orgName }, details }
}

function onToken(action: string, write: { readonly tokenId: string; readonly displayName: string; readonly userName: string; readonly userId: string }, details: Details): AuditAct {
  return { action, target: { kind: 'token', id: write.tokenId, name: write.userName }, details: { token: write.displayName, userId: write.userId, ...details } }
}

const MAX_SCOPE_TEXT = 2000

function scopeDetails({ scopes }: Extract<AccountWrite, { kind: 'addToken' }>): Details {
  if (scopes === undefined) return {}
  const parts = scopes.scoped.map(({ kind, id, permissions }) => `${kind} ${id}: ${permissions.join(' ')}`)
  const all = [...(scopes.canReadGatedRepos ? ['gated'] : []), ...(scopes.global.length === 0 ? [] : [`global: ${scopes.global.join(' ')}`]), ...parts]
  return { scopes: all.join('; ').slice(0, MAX_SCOPE_TEXT) }
}
