/**
 * What a caller needs for a route. `repo.*` is decided by the owner of the repo (libs/authz `can`), `namespace.create`
 * likewise, `namespace.member` is for those who belong to it; `repo.duplicate` is `repo.readContent` on the source with `namespace.create`
 * on the target, `repo.like` is `repo.see` with a token that may write; `user` means any valid credential, `user.readAccount` one
 * that is not limited to some repos, `user.write` one that may change the account; `org.administer` an admin of the
 * organisation or of the hub, `hub.administer` the latter; `signed` means that the path itself carries the right.
 */
export const PERMISSIONS = [
  'public', 'user', 'user.readAccount', 'user.write', 'org.administer', 'hub.administer', 'repo.see', 'repo.readContent', 'repo.writeContent', 'repo.openPullRequest', 'repo.askAccess', 'repo.readAccessRequests',
  'repo.like', 'repo.administer', 'repo.duplicate', 'namespace.create', 'namespace.member', 'signed',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/**
 * The callers of the permission matrix, against a repo of an organisation. `member` may read there, `contributor` may make
 * repos of its own there, `owner` is a contributor and made this one, `orgAdmin` administers the organisation, `admin` the hub,
 * `stranger` belongs to nobody. `readOnlyToken` and `fineGrainedElsewhere` are tokens of `orgAdmin`, the latter with rights on
 * another namespace only. The tokens of the last four are not valid: unknown, revoked, expired, of a suspended user.
 */
export const CALLERS = [
  'anonymous', 'member', 'contributor', 'owner', 'orgAdmin', 'admin', 'stranger', 'readOnlyToken', 'fineGrainedElsewhere', 'invalidToken', 'revokedToken', 'expiredToken', 'suspendedUser',
] as const
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

const WITHOUT_VALID_TOKEN: readonly CallerKind[] = ['invalidToken', 'revokedToken', 'expiredToken', 'suspendedUser']
const WITH_WRITE_TOKEN: readonly CallerKind[] = ['member', 'contributor', 'owner', 'orgAdmin', 'admin', 'stranger']
const REPO_ADMINS: readonly CallerKind[] = ['owner', 'orgAdmin', 'admin']
const REPO_MAKERS: readonly CallerKind[] = ['contributor', ...REPO_ADMINS]
/** Who sees no private repo of the organisation. */
const OUTSIDERS: readonly CallerKind[] = ['stranger', 'fineGrainedElsewhere']

/** What the permission matrix expects; gated repos have tests of their own. */
export function expectedOutcome({ permission, isBeforeAuth, caller, visibility }: MatrixCell): Outcome {
  if (isBeforeAuth || permission === 'signed') return 'allow'
  if (WITHOUT_VALID_TOKEN.includes(caller)) return LOG_IN
  if (permission === 'public') return 'allow'
  if (permission.startsWith('repo.')) return repoOutcome(permission, caller, visibility)
  return caller === 'anonymous' ? LOG_IN : allowOnly(caller, accountCallers(permission))
}

function accountCallers(permission: Permission): readonly CallerKind[] {
  switch (permission) {
    case 'user': return CALLERS
    case 'user.readAccount': return CALLERS.filter((caller) => caller !== 'fineGrainedElsewhere')
    case 'user.write': return WITH_WRITE_TOKEN
    case 'hub.administer': return ['admin']
    case 'org.administer': return ['orgAdmin', 'admin']
    case 'namespace.create': return REPO_MAKERS
    case 'namespace.member': return CALLERS.filter((caller) => !OUTSIDERS.includes(caller))
    default: return []
  }
}

function repoOutcome(permission: Permission, caller: CallerKind, visibility: 'public' | 'private'): Outcome {
  if (visibility === 'private' && caller === 'anonymous') return HIDDEN_ANONYMOUS
  if (visibility === 'private' && OUTSIDERS.includes(caller)) return HIDDEN
  if (permission === 'repo.see' || permission === 'repo.readContent') return 'allow'
  return caller === 'anonymous' ? LOG_IN : allowOnly(caller, repoCallers(permission))
}

function repoCallers(permission: Permission): readonly CallerKind[] {
  switch (permission) {
    case 'repo.askAccess': return CALLERS.filter((caller) => caller !== 'fineGrainedElsewhere')
    case 'repo.like':
    case 'repo.openPullRequest': return WITH_WRITE_TOKEN
    case 'repo.duplicate': return REPO_MAKERS
    default: return REPO_ADMINS
  }
}

function allowOnly(caller: CallerKind, allowed: readonly CallerKind[]): Outcome {
  return allowed.includes(caller) ? 'allow' : FORBIDDEN
}
