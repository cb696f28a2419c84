/**
 * What a caller needs for a route. `repo.*` is decided by the owner of the repo (libs/authz `can`), `namespace.create`
 * likewise, `namespace.member` is for those who belong to it; `repo.duplicate` is `repo.readContent` on the source with `namespace.create`
 * on the target; `user` means any valid credential, `user.write` one that may change the account; `org.administer` an admin of the
 * organisation or of the hub, `hub.administer` the latter; `signed` means that the path itself carries the right.
 */
export const PERMISSIONS = [
  'public', 'user', 'user.write', 'org.administer', 'hub.administer', 'repo.see', 'repo.readContent', 'repo.writeContent', 'repo.openPullRequest', 'repo.askAccess', 'repo.readAccessRequests',
  'repo.administer', 'repo.duplicate', 'namespace.create', 'namespace.member', 'signed',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/**
 * The callers of the permission matrix, against a repo of an organisation: `member` may read there, `owner` administers
 * it, `admin` is the hub's, `readOnlyToken` is the owner's, `stranger` belongs to nobody, `invalidToken` is unknown.
 */
export const CALLERS = ['anonymous', 'member', 'stranger', 'owner', 'admin', 'readOnlyToken', 'invalidToken'] as const
export type CallerKind = (typeof CALLERS)[number]

export interface Refusal {
  readonly status: 401 | 403 | 404
  /** Value of X-Error-Code. */
  readonly code: 'RepoNotFound' | undefined
}

/** `allow`, or how the route refuses. */
export type Outcome = 'allow' | Refusal

const LOG_IN: Refusal = { status: 401, code: undefined }
const FORBIDDEN: Refusal = { status: 403, code: undefined }
const HIDDEN_ANONYMOUS: Refusal = { status: 401, code: 'RepoNotFound' }
const HIDDEN: Refusal = { status: 404, code: 'RepoNotFound' }

export interface MatrixCell {
  readonly permission: Permission
  /** The route answers before it looks at the credential. */
  readonly isBeforeAuth: boolean
  readonly caller: CallerKind
  readonly visibility: 'public' | 'private'
}

/** What the permission matrix expects; gated repos have tests of their own. */
export function expectedOutcome({ permission, isBeforeAuth, caller, visibility }: MatrixCell): Outcome {
  if (isBeforeAuth || permission === 'signed') return 'allow'
  if (caller === 'invalidToken') return LOG_IN
  switch (permission) {
    case 'public': return 'allow'
    case 'user': return caller === 'anonymous' ? LOG_IN : 'allow'
    case 'user.write': return caller === 'anonymous' ? LOG_IN : allowOnly(caller, ['member', 'stranger', 'owner', 'admin'])
    case 'hub.administer': return caller === 'anonymous' ? LOG_IN : allowOnly(caller, ['admin'])
    case 'org.administer':
    case 'namespace.create': return caller === 'anonymous' ? LOG_IN : allowOnly(caller, ['owner', 'admin'])
    case 'namespace.member': return caller === 'anonymous' ? LOG_IN : caller === 'stranger' ? FORBIDDEN : 'allow'
    default: return repoOutcome(permission, caller, visibility)
  }
}

function repoOutcome(permission: Permission, caller: CallerKind, visibility: 'public' | 'private'): Outcome {
  if (visibility === 'private' && caller === 'anonymous') return HIDDEN_ANONYMOUS
  if (visibility === 'private' && caller === 'stranger') return HIDDEN
  if (permission === 'repo.see' || permission === 'repo.readContent') return 'allow'
  if (caller === 'anonymous') return LOG_IN
  if (permission === 'repo.askAccess') return 'allow'
  return allowOnly(caller, permission === 'repo.openPullRequest' ? ['member', 'stranger', 'owner', 'admin'] : ['owner', 'admin'])
}

function allowOnly(caller: CallerKind, allowed: readonly CallerKind[]): Outcome {
  return allowed.includes(caller) ? 'allow' : FORBIDDEN
}
