import type { DbLog, Session } from '@hearth/db'
import { deliver } from './deliver.ts'
import { backoffAfter, DEFAULT_MAX_DELIVERIES, type DurableConsumer, type Subscription } from './event-bus.ts'
import type { OutboxDb } from './outbox-db.ts'
import { hasHeldBackRows, loadPlace, msUntilDue, OLDEST, placeNow, readDue, readNext, saveBatch, type Cursor, type FailedDelivery, type OutboxRow, type Place } from './outbox-reader.ts'
import { matchesSubject } from './subject.ts'
import { Waker } from './waker.ts'

const BATCH_ROWS = 100
/** A slow handler's progress is recorded at least this often. */
const SAVE_AFTER_MS = 500
/** Safety net when a hint got lost, and the wait for another process that has the consumer. */
const POLL_MS = 2_000
/** How soon to look again at rows that an older transaction still holds back. */
const HELD_BACK_MS = 25
const AFTER_ERROR_MS = 1_000

export interface OutboxSource {
  readonly service: string
  readonly db: OutboxDb
  readonly session: Session
  readonly log: DbLog
}

/** One durable consumer reading one service's outbox. */
export class OutboxConsumer implements Subscription {
  readonly #source: OutboxSource
  readonly #consumer: DurableConsumer
  readonly #waker: Waker
  readonly #stop = new AbortController()
  #place: Place
  /** The session's generation in which we got the consumer's lock. */
  #lockedIn = -1

  private constructor(source: OutboxSource, consumer: DurableConsumer, place: Place) {
    this.#source = source
    this.#consumer = consumer
    this.#place = place
    this.#waker = new Waker(() => this.#runSafely())
  }

  static async start(source: OutboxSource, consumer: DurableConsumer): Promise<OutboxConsumer> {
    const start = consumer.from === 'now' ? await placeNow(source.db) : OLDEST
    const started = new OutboxConsumer(source, consumer, await loadPlace(source.db, consumer.name, start))
    started.wake()
    return started
  }

  wake(): void {
    this.#waker.wake()
  }

  /** Handles everything that can be read now, also what waits for another try; returns how many deliveries that were. */
  drain(): Promise<number> {
    return this.#waker.exclusive(async () => ((await this.#holdsLock()) ? this.#work(true) : 0))
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the consumer is closing'))
    await this.#waker.close()
    if (this.#lockedIn !== this.#source.session.generation) return
    await this.#source.session.query('SELECT pg_advisory_unlock($1, $2)', this.#lockKey()).catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #runSafely(): Promise<number> {
    try {
      if (!(await this.#holdsLock())) return POLL_MS
      await this.#work(false)
      if (await hasHeldBackRows(this.#source.db)) return HELD_BACK_MS
      return Math.min(POLL_MS, (await msUntilDue(this.#source.db, this.#consumer.name)) ?? POLL_MS)
    } catch (error) {
      this.#source.log.warn({ evt: 'events.consumer-paused', consumer: this.#consumer.name, source: this.#source.service, err: error }, 'events cannot be read, trying again')
      return AFTER_ERROR_MS
    }
  }

  /** Of several processes with this consumer one works; the lock goes with its connection, so a killed process frees it at once. */
  async #holdsLock(): Promise<boolean> {
    const { session } = this.#source
    if (this.#lockedIn === session.generation) return true
    const { generation } = session
    const [row] = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', this.#lockKey())
    if (row?.got !== true) return false
    this.#lockedIn = generation
    this.#place = await loadPlace(this.#source.db, this.#consumer.name, this.#place)
    return true
  }

  #lockKey(): [number, number] {
    return [hashInt32('hearth.consumer'), hashInt32(`${this.#source.db.schema}/${this.#consumer.name}`)]
  }

  async #work(isForced: boolean): Promise<number> {
    let count = 0
    while (!this.#stop.signal.aborted) {
      const again = await readDue(this.#source.db, this.#consumer.name, isForced, BATCH_ROWS)
      const next = await readNext(this.#source.db, this.#place, BATCH_ROWS)
      if (again.length + next.length === 0) return count
      count += await this.#handleBatch(again, next)
    }
    return count
  }

  /** Failed ones first, then new ones in order; stops early when it takes long, so that progress gets recorded. */
  async #handleBatch(again: readonly OutboxRow[], next: readonly OutboxRow[]): Promise<number> {
    const until = performance.now() + SAVE_AFTER_MS
    const failed: FailedDelivery[] = []
    const handledAgain: Cursor[] = []
    let cursor: Cursor | undefined
    let count = 0
    for (const [index, row] of [...again, ...next].entries()) {
      const isAgain = index < again.length
      const outcome = this.#stop.signal.aborted ? 'stopped' : await this.#outcomeOf(row, isAgain)
      if (outcome === 'stopped') break
      if (typeof outcome === 'object') failed.push(outcome)
      else if (isAgain) handledAgain.push(row)
      if (!isAgain) cursor = { xid: row.xid, position: row.position }
      if (outcome !== 'foreign') count += 1
      if (performance.now() > until) break
    }
    await saveBatch(this.#source.db, { consumer: this.#consumer.name, cursor, handledAgain, failed })
    this.#place = { ...this.#place, ...cursor }
    return count
  }

  async #outcomeOf(row: OutboxRow, isAgain: boolean): Promise<FailedDelivery | 'handled' | 'foreign' | 'stopped'> {
    const isOurs = isAgain || this.#consumer.subjects.some((pattern) => matchesSubject(pattern, row.event.subject))
    return isOurs ? this.#deliver(row) : 'foreign'
  }

  async #deliver(row: OutboxRow): Promise<FailedDelivery | 'handled' | 'stopped'> {
    const error = await deliver(this.#consumer, row.event, this.#stop.signal)
    if (error === undefined) return 'handled'
    if (this.#stop.signal.aborted) return 'stopped'
    const isDead = row.event.attempt >= (this.#consumer.maxDeliveries ?? DEFAULT_MAX_DELIVERIES)
    const fields = { consumer: this.#consumer.name, event: row.event.id, subject: row.event.subject, attempt: row.event.attempt, err: error }
    if (isDead) this.#source.log.error({ evt: 'events.given-up', ...fields }, 'event given up')
    else this.#source.log.warn({ evt: 'events.failed', ...fields }, 'event not handled, will be delivered again')
    return { row, isDead, retryInMs: backoffAfter(this.#consumer, row.event.attempt), error: error.message }
  }
}

/** FNV-1a, as a signed 32-bit number for an advisory lock. */
function hashInt32(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash | 0
}
