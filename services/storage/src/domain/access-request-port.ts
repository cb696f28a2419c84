import type { ObjectId } from '@hearth/ids'
import type { AccessField } from './gating-fields.ts'
import type { AccessMove, AccessStatus } from './gating.ts'

/** An account as it was when it asked, or was granted access. */
export interface Requester {
  readonly id: string
  readonly name: string
  readonly fullName: string
  readonly email: string | undefined
}

export interface Decision {
  readonly time: Date
  /** undefined where the repo's mode decided. */
  readonly by: { readonly id: string; readonly name: string } | undefined
}

/** One row of `access_requests`. */
export interface AccessRequest {
  readonly id: ObjectId
  readonly user: Requester
  readonly status: AccessStatus
  readonly fields: readonly AccessField[]
  readonly rejectionReason: string | undefined
  readonly requestedAt: Date
  readonly decision: Decision | undefined
}

export type AccessKey = { readonly kind: 'user'; readonly userId: string } | { readonly kind: 'request'; readonly requestId: string }

export interface AccessCursor {
  readonly requestedAtMs: number
  readonly id: string
}

export interface AccessListQuery {
  readonly repoId: ObjectId
  readonly status: AccessStatus
  readonly after: AccessCursor | undefined
  readonly limit: number
}

export interface AccessChange {
  readonly repoId: ObjectId
  readonly key: AccessKey
  readonly move: AccessMove
  /** The row after the move; what it throws leaves all as it was. Runs while nobody else changes access to this repo. */
  readonly decide: (current: AccessRequest | undefined) => AccessRequest
}

export interface AccessRequestStore {
  findRequest(repoId: ObjectId, userId: string): Promise<AccessRequest | undefined>
  /** Newest first. */
  listRequests(query: AccessListQuery): Promise<readonly AccessRequest[]>
  /**
   * Writes the decided row and the event hearth.storage.v1.access.*, in one transaction. Who loses access takes the repo's
   * epoch along, so that links handed out before stop working. Throws REPO_NOT_FOUND when the repo went away meanwhile.
   */
  changeRequest(change: AccessChange): Promise<AccessRequest>
}
