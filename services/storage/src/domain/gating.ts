import { HearthError, type ErrorReason } from '@hearth/errors'

/**
 * One person's access to one gated repo. Whoever may administer the repo decides; only `accepted` opens the files.
 *
 *            ask            accept, grant
 *   (none) -------> pending <-----------> accepted      askAuto and grant lead from (none) to accepted at once
 *                      ^  \    reset       ^  |
 *                reset |   \ reject        |  | reject
 *                      |    v      accept, |  v
 *                      +-- rejected <------+--+
 *                                   grant
 *
 * A rejected person does not ask again: an administrator takes the rejection back (`reset`) or accepts.
 */
export const ACCESS_STATUSES = ['pending', 'accepted', 'rejected'] as const
export type AccessStatus = (typeof ACCESS_STATUSES)[number]

/** `askAuto` is `ask` where the repo accepts everybody who does. */
export type AccessMove = 'ask' | 'askAuto' | 'accept' | 'reject' | 'reset' | 'grant'
export type AccessState = AccessStatus | 'none'

const NEXT = {
  ask: { none: 'pending' },
  askAuto: { none: 'accepted', pending: 'accepted' },
  accept: { pending: 'accepted', rejected: 'accepted' },
  reject: { pending: 'rejected', accepted: 'rejected' },
  reset: { accepted: 'pending', rejected: 'pending' },
  grant: { none: 'accepted', pending: 'accepted', rejected: 'accepted' },
} as const satisfies Record<AccessMove, Partial<Record<AccessState, AccessStatus>>>

/** The state after `move`; throws what tells the caller why there is none. */
export function nextStatus(move: AccessMove, from: AccessState): AccessStatus {
  const moves: Partial<Record<AccessState, AccessStatus>> = NEXT[move]
  const next = moves[from]
  if (next === undefined) throw refusalOf(move, from)
  return next
}

/** The move that an administrator's verdict means. */
export const MOVE_TO: Readonly<Record<AccessStatus, AccessMove>> = { accepted: 'accept', rejected: 'reject', pending: 'reset' }

/** Each move is one event: hearth.storage.v1.access.<name>. */
export const EVENT_OF: Readonly<Record<AccessMove, string>> = {
  ask: 'requested', askAuto: 'requested', accept: 'accepted', reject: 'rejected', reset: 'cancelled', grant: 'granted',
}

function refusalOf(move: AccessMove, from: AccessState): HearthError {
  switch (move) {
    case 'ask':
    case 'askAuto': return new HearthError('CONFLICT', ASKED_BEFORE[from])
    case 'grant': return new HearthError('INVALID_ARGUMENT', 'This user already has access to the repository')
    default: return new HearthError(...NOT_THERE[from === 'none' ? 'none' : 'same'])
  }
}

const ASKED_BEFORE: Readonly<Record<AccessState, string>> = {
  none: 'Access cannot be asked for',
  pending: 'You have asked for access already: your request is awaiting a review',
  accepted: 'You have access to this repository already',
  rejected: 'Your request for access has been rejected by the authors of the repository',
}

/** The official client documents 404 for both. */
const NOT_THERE: Readonly<Record<'none' | 'same', [ErrorReason, string]>> = {
  none: ['NOT_FOUND', 'This user has not asked for access to the repository'],
  same: ['NOT_FOUND', 'The access request is in that list already'],
}
