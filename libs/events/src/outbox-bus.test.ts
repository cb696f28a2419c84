import { createTestDatabase, type TestDatabase } from '@hearth/testkit'
import type { Db, TxRunner } from '@hearth/db'
import { describe, expect, test } from 'vitest'
import { describeEventBus, type BusHarness } from '../test/suites/event-bus.suite.ts'
import { appendOutbox, isFirstDelivery } from './append-outbox.ts'
import { ensureOutbox } from './ensure-outbox.ts'
import type { EventBus, HearthEvent, Settleable } from './event-bus.ts'
import { createOutboxBus } from './outbox-bus.ts'
import { hasHeldBackRows, OLDEST, readNext } from './outbox-reader.ts'
import { deleteOldEvents } from './retention.ts'

const MOVED = 'hearth.storage.v1.ref.moved'

interface OutboxHarness extends BusHarness {
  readonly test: TestDatabase<unknown>
  readonly db: Db
}

async function makeHarness(): Promise<OutboxHarness> {
  const stack = new AsyncDisposableStack()
  const database = stack.use(await createTestDatabase({ schema: 'storage' }))
  await ensureOutbox(database.db)
  const open = async (): Promise<EventBus & Settleable> => stack.use(await createOutboxBus({ sources: [{ service: 'storage', db: database.db }] }))
  return {
    test: database,
    db: database.db,
    bus: await open(),
    publish: (subject, payload) => database.db.transaction((tx) => appendOutbox(tx, subject, payload)),
    reopen: open,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

describe('contract', () => { describeEventBus(makeHarness) })

function collect(): { seen: HearthEvent[]; handle: (event: HearthEvent) => Promise<void> } {
  const seen: HearthEvent[] = []
  return { seen, handle: (event) => Promise.resolve(void seen.push(event)) }
}

describe('transactions', () => {
  test('an event of a rolled back change does not exist', async () => {
    await using harness = await makeHarness()
    const { seen, handle } = collect()
    await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle })
    const change = harness.db.transaction(async (tx) => {
      await appendOutbox(tx, MOVED, { n: 1 })
      throw new Error('changed my mind')
    })
    await expect(change).rejects.toThrow('changed my mind')
    await harness.bus.settle()
    expect(seen).toEqual([])
  })

  test('a transaction that began first and commits last is not skipped', async () => {
    await using harness = await makeHarness()
    const { seen, handle } = collect()
    await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle })
    const [begun, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow = harness.db.transaction(async (tx) => {
      await appendOutbox(tx, MOVED, { n: 'slow' })
      begun.resolve()
      await mayCommit.promise
    })
    await begun.promise
    await harness.publish(MOVED, { n: 'quick' })
    expect([await hasHeldBackRows(harness.db), await readNext(harness.db, OLDEST, 10)]).toEqual([true, []])
    mayCommit.resolve()
    await slow
    await harness.bus.settle()
    expect(seen.map((event) => event.payload)).toEqual([{ n: 'slow' }, { n: 'quick' }])
  })

  test('a handler is applied once even when its delivery is repeated', async () => {
    await using harness = await makeHarness()
    const applied: boolean[] = []
    const apply = (tx: TxRunner, event: HearthEvent): Promise<boolean> => isFirstDelivery(tx, 'a-consumer', event.id)
    await harness.bus.subscribe({
      name: 'a-consumer', subjects: [MOVED],
      handle: async (event) => {
        applied.push(await harness.db.transaction((tx) => apply(tx, event)))
        if (applied.length === 1) throw new Error('crashed after the commit')
      },
    })
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    expect(applied).toEqual([true, false])
  })
})

test('"now" means now, also while an older transaction is open', async () => {
  await using harness = await makeHarness()
  const [begun, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const old = harness.db.transaction(async (tx) => {
    await tx.query({ text: 'SELECT pg_current_xact_id()' })
    begun.resolve()
    await mayCommit.promise
  })
  await begun.promise
  await harness.publish(MOVED, { n: 'before' })
  const [watched, consumed] = [collect(), collect()]
  await harness.bus.watch({ subjects: [MOVED], onEvent: (event) => void watched.seen.push(event) })
  await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], from: 'now', handle: consumed.handle })
  await harness.publish(MOVED, { n: 'after' })
  mayCommit.resolve()
  await old
  await harness.bus.settle()
  expect([watched.seen, consumed.seen].map((seen) => seen.map((event) => event.payload))).toEqual([[{ n: 'after' }], [{ n: 'after' }]])
})

describe('several processes', () => {
  test('one of two buses works for a consumer, the other takes over', async () => {
    await using harness = await makeHarness()
    const [one, two] = [collect(), collect()]
    const first = await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle: one.handle })
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    const other = await harness.reopen()
    await other.subscribe({ name: 'a-consumer', subjects: [MOVED], handle: two.handle })
    await harness.publish(MOVED, { n: 2 })
    await Promise.all([harness.bus.settle(), other.settle()])
    await first.close()
    await harness.publish(MOVED, { n: 3 })
    await other.settle()
    expect([one.seen, two.seen].map((seen) => seen.map((event) => (event.payload as { n: number }).n))).toEqual([[1, 2], [3]])
  })

  test('a lost connection is made again and nothing is missed', async () => {
    await using harness = await makeHarness()
    const { seen, handle } = collect()
    await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle })
    await harness.bus.settle()
    const arrived = Promise.withResolvers<void>()
    await harness.bus.watch({ subjects: [MOVED], onEvent: () => arrived.resolve() })
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'LISTEN%' AND datname = current_database()`
    await harness.db.query({ text: kill })
    await harness.publish(MOVED, { n: 1 })
    await arrived.promise
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1)
  })
})

describe('retention', () => {
  test('old events go when every consumer has passed them, at the latest after a week', async () => {
    await using harness = await makeHarness()
    const subscription = await harness.bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle: () => Promise.resolve() })
    await harness.publish(MOVED, { n: 1 })
    await harness.bus.settle()
    await subscription.close()
    await harness.publish(MOVED, { n: 2 })
    expect(await deleteOldEvents(harness.db)).toBe(0)
    expect(await deleteOldEvents(harness.db, { keepMs: 0 })).toBe(1)
    expect(await deleteOldEvents(harness.db, { keepMs: 0, keepAtMostMs: 0 })).toBe(1)
  })

  test('rows restored from another cluster, whose transactions lie ahead, are delivered', async () => {
    await using harness = await makeHarness()
    await harness.publish(MOVED, { n: 1 })
    await harness.db.run({ text: `UPDATE outbox SET xid = '99999999999'` })
    await harness.db.run({ text: `INSERT INTO outbox_consumers (name, xid, position) VALUES ('a-consumer', '99999999999', 5)` })
    const bus = await harness.reopen()
    const { seen, handle } = collect()
    await bus.subscribe({ name: 'a-consumer', subjects: [MOVED], handle })
    await bus.settle()
    expect(seen).toHaveLength(1)
  })
})
