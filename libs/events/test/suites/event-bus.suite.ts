import { expect, test } from 'vitest'
import type { DurableConsumer, EventBus, HearthEvent, Settleable } from '../../src/event-bus.ts'

/** One implementation under test. Every harness has a stream of its own, whose events are sent by `hearth.storage`. */
export interface BusHarness extends AsyncDisposable {
  readonly bus: EventBus & Settleable
  /** Sends one event in a transaction of its own; its id. */
  publish(subject: string, payload: object): Promise<string>
  /** The same stream as another process, or this one after a restart, sees it. */
  reopen(): Promise<EventBus & Settleable>
}

const MOVED = 'hearth.storage.v1.ref.moved'
const CREATED = 'hearth.storage.v1.repo.created'

function recorder(over: Partial<DurableConsumer> = {}): { consumer: DurableConsumer; seen: HearthEvent[] } {
  const seen: HearthEvent[] = []
  const handle = (event: HearthEvent): Promise<void> => Promise.resolve(void seen.push(event))
  return { seen, consumer: { name: 'dataset-catalogue', subjects: [MOVED], handle, ...over } }
}

function numbers(events: readonly HearthEvent[]): unknown[] {
  return events.map((event) => (event.payload as { n: number }).n)
}

export function describeEventBus(make: () => Promise<BusHarness>): void {
  describeDelivery(make)
  describeFailures(make)
  describePlaces(make)
}

function describeDelivery(make: () => Promise<BusHarness>): void {
  test('a consumer gets its subjects in order, with id, time and payload', async () => {
    await using harness = await make()
    const { consumer, seen } = recorder({ subjects: [MOVED] })
    await harness.bus.subscribe(consumer)
    const id = await harness.publish(MOVED, { n: 1, text: 'ä\u0001' })
    await harness.publish(CREATED, { n: 2 })
    await harness.publish(MOVED, { n: 3 })
    await harness.bus.settle()
    expect(numbers(seen)).toEqual([1, 3])
    expect(seen[0]).toMatchObject({ id, subject: MOVED, attempt: 1, payload: { n: 1, text: 'ä\u0001' } })
    expect(Math.abs(Date.now() - (seen[0]?.time.getTime() ?? 0))).toBeLessThan(60_000)
  })

  test('events arrive without being asked for', async () => {
    await using harness = await make()
    const arrived = Promise.withResolvers<HearthEvent>()
    await harness.bus.subscribe(recorder({ handle: (event) => Promise.resolve(arrived.resolve(event)) }).consumer)
    await harness.publish(MOVED, { n: 7 })
    expect((await arrived.promise).payload).toEqual({ n: 7 })
  })

  test('wildcards of one and of several words', async () => {
    await using harness = await make()
    const one = recorder({ name: 'one-word', subjects: ['hearth.storage.v1.*.created'] })
    const all = recorder({ name: 'all-words', subjects: ['hearth.storage.>'] })
    await harness.bus.subscribe(one.consumer)
    await harness.bus.subscribe(all.consumer)
    await harness.publish(MOVED, { n: 1 })
    await harness.publish(CREATED, { n: 2 })
    await harness.bus.settle()
    expect([numbers(one.seen), numbers(all.seen)]).toEqual([[2], [1, 2]])
  })

  test('a watcher sees what comes after it, in every process', async () => {
    await using harness = await make()
    await harness.publish(MOVED, { n: 1 })
    const [first, second]: HearthEvent[][] = [[], []]
    await harness.bus.watch({ subjects: [MOVED], onEvent: (event) => first?.push(event) })
    await harness.bus.watch({ subjects: [MOVED], onEvent: (event) => second?.push(event) })
    await harness.publish(MOVED, { n: 2 })
    await harness.bus.settle()
    expect([numbers(first ?? []), numbers(second ?? [])]).toEqual([[2], [2]])
  })

  test('a closed subscription gets nothing more', async () => {
    await using harness = await make()
    const { consumer, seen } = recorder()
    const subscription = await harness.bus.subscribe(consumer)
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    await subscription.close()
    await harness.publish(MOVED, { n: 2 })
    await harness.bus.settle()
    expect(numbers(seen)).toEqual([1])
  })
}

function describeFailures(make: () => Promise<BusHarness>): void {
  test('a failed event comes again with the same id, and others do not wait for it', async () => {
    await using harness = await make()
    const seen: HearthEvent[] = []
    await harness.bus.subscribe(recorder({
      backoffMs: [1],
      handle: (event) => {
        seen.push(event)
        return (event.payload as { n: number }).n === 1 && event.attempt < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve()
      },
    }).consumer)
    const id = await harness.publish(MOVED, { n: 1 })
    await harness.publish(MOVED, { n: 2 })
    await harness.bus.settle()
    expect(seen.filter((event) => event.id === id).map((event) => event.attempt)).toEqual([1, 2, 3])
    expect(numbers(seen).filter((n) => n === 2)).toHaveLength(1)
  })

  test('an event that never succeeds is given up', async () => {
    await using harness = await make()
    const { consumer } = recorder({ maxDeliveries: 3, backoffMs: [0] })
    let deliveries = 0
    await harness.bus.subscribe({ ...consumer, handle: () => { deliveries += 1; return Promise.reject(new Error('never')) } })
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    await harness.bus.settle()
    expect(deliveries).toBe(3)
  })

  test('a handler that hangs is cut off and its event comes again', async () => {
    await using harness = await make()
    let deliveries = 0
    const handle = async (_event: HearthEvent, signal: AbortSignal): Promise<void> => {
      deliveries += 1
      if (deliveries > 1) return
      await new Promise((resolve) => { signal.addEventListener('abort', resolve) })
      await new Promise(() => undefined)
    }
    await harness.bus.subscribe(recorder({ timeoutMs: 20, backoffMs: [1], handle }).consumer)
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    expect(deliveries).toBe(2)
  })
}

function describePlaces(make: () => Promise<BusHarness>): void {
  test('a consumer goes on where it was, after a restart too', async () => {
    await using harness = await make()
    const before = recorder()
    const subscription = await harness.bus.subscribe(before.consumer)
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    await subscription.close()
    await harness.publish(MOVED, { n: 2 })
    const bus = await harness.reopen()
    const after = recorder()
    await bus.subscribe(after.consumer)
    await bus.settle()
    expect([numbers(before.seen), numbers(after.seen)]).toEqual([[1], [2]])
  })

  test('a new consumer begins at the oldest event, or now', async () => {
    await using harness = await make()
    await harness.publish(MOVED, { n: 1 })
    const oldest = recorder({ name: 'from-oldest' })
    const now = recorder({ name: 'from-now', from: 'now' })
    await harness.bus.subscribe(oldest.consumer)
    await harness.bus.subscribe(now.consumer)
    await harness.publish(MOVED, { n: 2 })
    await harness.bus.settle()
    expect([numbers(oldest.seen), numbers(now.seen)]).toEqual([[1, 2], [2]])
  })

  test('many events from many senders: each once', async () => {
    await using harness = await make()
    const { consumer, seen } = recorder()
    await harness.bus.subscribe(consumer)
    const ids = await Promise.all(Array.from({ length: 250 }, (_, n) => harness.publish(MOVED, { n })))
    await harness.bus.settle()
    expect(seen.map((event) => event.id).sort()).toEqual(ids.toSorted())
  })
}
