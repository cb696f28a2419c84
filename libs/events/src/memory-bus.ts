import { randomUUID } from 'node:crypto'
import { deliver } from './deliver.ts'
import { backoffAfter, DEFAULT_MAX_DELIVERIES, type DurableConsumer, type EventBus, type HearthEvent, type Settleable, type Subscription, type Watcher } from './event-bus.ts'
import { isSubject, matchesSubject } from './subject.ts'
import { Waker } from './waker.ts'

export interface MemoryBus extends EventBus, Settleable {
  /** Stands for a committed `appendOutbox`; returns the event's id. */
  publish(subject: string, payload: object): string
}

type StoredEvent = Omit<HearthEvent, 'attempt'>
interface Retry { readonly event: HearthEvent; readonly dueMs: number }
interface ConsumerState { position: number; retries: Retry[] }

const IDLE_MS = 60_000

/** The bus for unit tests: same contract, nothing outlives the object. */
export function createMemoryBus(): MemoryBus {
  const events: StoredEvent[] = []
  const states = new Map<string, ConsumerState>()
  const readers = new Set<MemoryReader>()
  const watchers = new Set<Watcher>()
  const subscribe = (consumer: DurableConsumer): Promise<Subscription> => {
    const state = states.get(consumer.name) ?? { position: consumer.from === 'now' ? events.length : 0, retries: [] }
    states.set(consumer.name, state)
    const reader = new MemoryReader(consumer, state, events)
    readers.add(reader)
    reader.waker.wake()
    return Promise.resolve(subscription(async () => {
      readers.delete(reader)
      await reader.close()
    }))
  }
  return {
    subscribe,
    watch: (watcher) => {
      watchers.add(watcher)
      return Promise.resolve(subscription(() => Promise.resolve(void watchers.delete(watcher))))
    },
    publish: (subject, payload) => {
      if (!isSubject(subject)) throw new TypeError(`a subject is hearth.<service>.v1.<noun>.<past tense>, not ${subject}`)
      const event = { id: randomUUID(), subject, payload: JSON.parse(JSON.stringify(payload)) as unknown, time: new Date() }
      events.push(event)
      for (const watcher of watchers) if (watcher.subjects.some((pattern) => matchesSubject(pattern, subject))) watcher.onEvent({ ...event, attempt: 1 })
      for (const reader of readers) reader.waker.wake()
      return event.id
    },
    settle: async () => {
      for (let handled = 1; handled > 0;) handled = (await Promise.all([...readers].map((reader) => reader.drain()))).reduce((sum, count) => sum + count, 0)
    },
    [Symbol.asyncDispose]: async () => { await Promise.all([...readers].map((reader) => reader.close())) },
  }
}

function subscription(close: () => Promise<void>): Subscription {
  return { close, [Symbol.asyncDispose]: close }
}

class MemoryReader {
  readonly waker: Waker
  readonly #consumer: DurableConsumer
  readonly #state: ConsumerState
  readonly #events: readonly StoredEvent[]
  readonly #stop = new AbortController()

  constructor(consumer: DurableConsumer, state: ConsumerState, events: readonly StoredEvent[]) {
    this.#consumer = consumer
    this.#state = state
    this.#events = events
    this.waker = new Waker(async () => {
      await this.#work(false)
      return Math.min(IDLE_MS, ...this.#state.retries.map((retry) => Math.max(0, retry.dueMs - Date.now())))
    })
  }

  drain(): Promise<number> {
    return this.waker.exclusive(() => this.#work(true))
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the consumer is closing'))
    await this.waker.close()
  }

  async #work(isForced: boolean): Promise<number> {
    let count = 0
    for (let next = this.#take(isForced); next !== undefined && !this.#stop.signal.aborted; next = this.#take(isForced)) {
      count += 1
      const error = await deliver(this.#consumer, next, this.#stop.signal)
      if (error === undefined) continue
      if (this.#stop.signal.aborted) this.#state.retries.push({ event: next, dueMs: 0 })
      else if (next.attempt < (this.#consumer.maxDeliveries ?? DEFAULT_MAX_DELIVERIES)) {
        this.#state.retries.push({ event: { ...next, attempt: next.attempt + 1 }, dueMs: Date.now() + backoffAfter(this.#consumer, next.attempt) })
      }
    }
    return count
  }

  #take(isForced: boolean): HearthEvent | undefined {
    const due = this.#state.retries.findIndex((retry) => isForced || retry.dueMs <= Date.now())
    if (due >= 0) return this.#state.retries.splice(due, 1)[0]?.event
    while (this.#state.position < this.#events.length) {
      const event = this.#events[this.#state.position]
      this.#state.position += 1
      if (event !== undefined && this.#consumer.subjects.some((pattern) => matchesSubject(pattern, event.subject))) return { ...event, attempt: 1 }
    }
    return undefined
  }
}
