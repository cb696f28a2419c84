import type { TxRunner } from '@hearth/db'

export interface StorageEvent {
  /** Subject, `hearth.storage.v1.<noun>.<past tense>`. */
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Puts an event into the outbox of the transaction that made it happen. */
export type EventWriter = (tx: TxRunner, event: StorageEvent) => Promise<void>
