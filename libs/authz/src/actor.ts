import type { TokenScopes } from './scopes.ts'

/** Roles in an organisation, weakest first. */
export const ORG_ROLES = ['read', 'contributor', 'write', 'admin'] as const
export type OrgRole = (typeof ORG_ROLES)[number]

export type TokenRole = 'read' | 'write' | 'fineGrained'

export interface ActorOrg {
  readonly id: string
  readonly name: string
  readonly role: OrgRole
}

/** The credential in use: it limits what the account behind it may do, and never widens it. */
export interface ActorToken {
  readonly id: string
  readonly role: TokenRole
  /** Of a fine-grained token; without them it gives nothing beyond the public. */
  readonly scopes?: TokenScopes
  /** True for a web session: the account itself, at a browser. */
  readonly isSession?: boolean
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
  readonly token: ActorToken
}

/** One of our own services at background work; never filtered, its results are filtered again per user. */
export interface ServiceActor {
  readonly kind: 'service'
  readonly name: string
}

/** Who asks. Travels as the claims of a signed actor token (libs/rpc); the owner of a resource decides with `can`. */
export type Actor = AnonymousActor | UserActor | ServiceActor

export const ANONYMOUS: AnonymousActor = Object.freeze({ kind: 'anonymous' })
