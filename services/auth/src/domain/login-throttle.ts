import type { LoginFailures } from './ports.ts'

/*
 * Every try counts as a failure when it begins; a success takes it back. So a thousand tries at once are no way around the
 * delay. An account is slowed down to one try in half a minute and never locked: who knows the password gets in.
 */
const FREE_FAILURES = { account: 5, address: 20 } as const
const FIRST_DELAY_MS = 1000
const MAX_DELAY_MS = { account: 30_000, address: 15 * 60_000 } as const
/** Failures older than this are forgotten. */
export const FAILURE_MEMORY_MS = 24 * 3600 * 1000

export type ThrottledKind = keyof typeof FREE_FAILURES

export function subjectOf(kind: ThrottledKind, value: string): string {
  return `${kind}:${value.slice(0, 180)}`
}

/** How long to wait after so many failures: nothing at first, then twice as long each time, up to a bound. */
export function delayAfter(kind: ThrottledKind, failures: number): number {
  const beyond = failures - FREE_FAILURES[kind]
  return beyond <= 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** Math.min(beyond - 1, 20), MAX_DELAY_MS[kind])
}

export interface Reservation {
  /** To be stored; undefined: this try comes too early. */
  readonly failures: ReadonlyMap<string, LoginFailures> | undefined
  readonly waitMs: number
}

/** Counts one more failure for each subject, or says how long to wait when one of them is not due. */
export function reserveTry(known: ReadonlyMap<string, LoginFailures>, subjects: readonly string[], nowMs: number): Reservation {
  const waitMs = Math.max(0, ...subjects.map((subject) => (known.get(subject)?.nextMs ?? 0) - nowMs))
  if (waitMs > 0) return { failures: undefined, waitMs }
  return { failures: new Map(subjects.map((subject) => [subject, countOne(subject, known.get(subject), nowMs)])), waitMs: 0 }
}

/** Takes back what a successful try had counted. */
export function returnTry(known: ReadonlyMap<string, LoginFailures>, subject: string): LoginFailures | undefined {
  const failures = known.get(subject)
  return failures === undefined ? undefined : { count: Math.max(0, failures.count - 1), lastMs: failures.lastMs, nextMs: 0 }
}

function countOne(subject: string, known: LoginFailures | undefined, nowMs: number): LoginFailures {
  const isRecent = known !== undefined && nowMs - known.lastMs < FAILURE_MEMORY_MS
  const count = (isRecent ? known.count : 0) + 1
  const kind = subject.startsWith('address:') ? 'address' : 'account'
  return { count, lastMs: nowMs, nextMs: nowMs + delayAfter(kind, count) }
}

/** Whoever has an IPv6 address has 2^64 of them: the network counts. undefined for what is no address. */
export function throttledAddress(address: string | undefined): string | undefined {
  const plain = address?.trim().toLowerCase().replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  if (plain === undefined || plain === '' || plain.length > 64 || !/^[0-9a-f.:]+$/.test(plain)) return undefined
  return plain.includes(':') ? `${expandGroups(plain).slice(0, 4).join(':')}::/64` : plain
}

function expandGroups(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ''))
}
