/** Something that happened, told by the service that owns it. Delivered at least once: consumers are idempotent by `id`. */
export interface HearthEvent {
  /** The same in every delivery of this event. */
  readonly id: string
  /** `hearth.<service>.v1.<noun>.<past tense>` */
  readonly subject: string
  /** JSON as the sender wrote it; consumers parse it. */
  readonly payload: unknown
  readonly time: Date
  /** 1 for the first delivery. */
  readonly attempt: number
}

export type EventHandler = (event: HearthEvent, signal: AbortSignal) => Promise<void>

/** A consumer whose place in the stream outlives the process; of several processes with one name, one gets each event. */
export interface DurableConsumer {
  /** `<service>-<what it does>`; never renamed, as the name is its memory. */
  readonly name: string
  /** Subjects; `*` stands for one word, a last `>` for one or more. */
  readonly subjects: readonly string[]
  /** Resolves = acknowledged. Throws = delivered again after a pause, while later events go on. */
  readonly handle: EventHandler
  /** Deliveries in all before an event is given up, logged and kept aside. Default 10. */
  readonly maxDeliveries?: number
  /** Pauses before the second, third, ... delivery; the last one repeats. */
  readonly backoffMs?: readonly number[]
  /** How long one delivery may take. Default 60 s. */
  readonly timeoutMs?: number
  /** Where a new consumer begins: at the oldest event kept (default), or at those still to come. */
  readonly from?: 'oldest' | 'now'
}

/** Sees every event from now on, in every process; nothing is kept or delivered again (for dropping caches). */
export interface Watcher {
  readonly subjects: readonly string[]
  readonly onEvent: (event: HearthEvent) => void
}

export interface Subscription extends AsyncDisposable {
  /** Resolves when the last handler has ended. */
  close(): Promise<void>
}

/** Receiving. Sending is `appendOutbox`, in the transaction of the change. */
export interface EventBus extends AsyncDisposable {
  subscribe(consumer: DurableConsumer): Promise<Subscription>
  watch(watcher: Watcher): Promise<Subscription>
}

/** For tests: waits until everything that was sent has been handled, without waiting out the pauses. */
export interface Settleable {
  settle(): Promise<void>
}

export const DEFAULT_MAX_DELIVERIES = 10
export const DEFAULT_BACKOFF_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000]
export const DEFAULT_TIMEOUT_MS = 60_000

/** Pause after the given number of failed deliveries. */
export function backoffAfter(consumer: DurableConsumer, attempts: number): number {
  const pauses = consumer.backoffMs ?? DEFAULT_BACKOFF_MS
  return pauses[Math.min(attempts, pauses.length) - 1] ?? 0
}
