import type { Subscription, Watcher } from './event-bus.ts'
import type { OutboxSource } from './outbox-consumer.ts'
import { hasHeldBackRows, placeNow, readNext, type Place } from './outbox-reader.ts'
import { matchesSubject } from './subject.ts'
import { Waker } from './waker.ts'

const BATCH_ROWS = 200
const POLL_MS = 2_000
const HELD_BACK_MS = 25

/** Follows one service's outbox from now on, its place in memory only. */
export class OutboxWatcher implements Subscription {
  readonly #source: OutboxSource
  readonly #watcher: Watcher
  readonly #waker: Waker
  #place: Place

  private constructor(source: OutboxSource, watcher: Watcher, place: Place) {
    this.#source = source
    this.#watcher = watcher
    this.#place = place
    this.#waker = new Waker(() => this.#runSafely())
  }

  static async start(source: OutboxSource, watcher: Watcher): Promise<OutboxWatcher> {
    const started = new OutboxWatcher(source, watcher, await placeNow(source.db))
    started.wake()
    return started
  }

  wake(): void {
    this.#waker.wake()
  }

  drain(): Promise<number> {
    return this.#waker.exclusive(() => this.#work())
  }

  close(): Promise<void> {
    return this.#waker.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #runSafely(): Promise<number> {
    try {
      await this.#work()
      return (await hasHeldBackRows(this.#source.db)) ? HELD_BACK_MS : POLL_MS
    } catch (error) {
      this.#source.log.warn({ evt: 'events.watcher-paused', source: this.#source.service, err: error }, 'events cannot be read, trying again')
      return POLL_MS
    }
  }

  async #work(): Promise<number> {
    let count = 0
    for (;;) {
      const rows = await readNext(this.#source.db, this.#place, BATCH_ROWS)
      const last = rows.at(-1)
      if (last === undefined) return count
      for (const { event } of rows) {
        if (!this.#watcher.subjects.some((pattern) => matchesSubject(pattern, event.subject))) continue
        this.#watcher.onEvent(event)
        count += 1
      }
      this.#place = { ...this.#place, xid: last.xid, position: last.position }
    }
  }
}
