/** Roles in an organisation, weakest first. */
export const ORG_ROLES = ['read', 'contributor', 'write', 'admin'] as const
export type OrgRole = (typeof ORG_ROLES)[number]

export type TokenRole = 'read' | 'write' | 'fineGrained'

export interface ActorOrg {
  readonly id: string
  readonly name: string
  readonly role: OrgRole
}

export interface AnonymousActor {
  readonly kind: 'anonymous'
}

export interface UserActor {
  readonly kind: 'user'
  /** 24 hex digits. */
  readonly id: string
  readonly name: string
  readonly isAdmin: boolean
  readonly orgs: readonly ActorOrg[]
  readonly token: { readonly id: string; readonly role: TokenRole }
}

/** One of our own services at background work; never filtered, its results are filtered again per user. */
export interface ServiceActor {
  readonly kind: 'service'
  readonly name: string
}

/** Who asks. Travels as the claims of a signed actor token (libs/rpc); the owner of a resource decides with `can`. */
export type Actor = AnonymousActor | UserActor | ServiceActor

export const ANONYMOUS: AnonymousActor = Object.freeze({ kind: 'anonymous' })
