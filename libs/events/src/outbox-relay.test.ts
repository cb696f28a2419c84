import { createTestDatabase } from '@hearth/testkit'
import { expect, test } from 'vitest'
import { appendOutbox } from './append-outbox.ts'
import { ensureOutbox } from './ensure-outbox.ts'
import type { HearthEvent } from './event-bus.ts'
import { resendSince, startOutboxRelay } from './outbox-relay.ts'

const MOVED = 'hearth.storage.v1.ref.moved'

test('every committed event reaches the broker once, late when it is down', async () => {
  await using database = await createTestDatabase({ schema: 'storage' })
  await ensureOutbox(database.db)
  const sent: HearthEvent[] = []
  let isDown = true
  const publish = (events: readonly HearthEvent[]): Promise<void> => (isDown ? Promise.reject(new Error('broker is down')) : Promise.resolve(void sent.push(...events)))
  await using relay = await startOutboxRelay({ db: database.db, publish })
  const ids = [await database.db.transaction((tx) => appendOutbox(tx, MOVED, { n: 1 }))]
  await expect(relay.drain()).rejects.toThrow('broker is down')
  isDown = false
  ids.push(...await Promise.all(Array.from({ length: 150 }, (_, n) => database.db.transaction((tx) => appendOutbox(tx, MOVED, { n })))))
  await relay.drain()
  expect(sent.map((event) => event.id).sort()).toEqual(ids.toSorted())
})

test('two relays share the work, and lost events can be sent again', async () => {
  await using database = await createTestDatabase({ schema: 'storage' })
  await ensureOutbox(database.db)
  const sent: string[] = []
  const publish = (events: readonly HearthEvent[]): Promise<void> => Promise.resolve(void sent.push(...events.map((event) => event.id)))
  await using one = await startOutboxRelay({ db: database.db, publish })
  await using two = await startOutboxRelay({ db: database.db, publish })
  await database.db.transaction(async (tx) => { for (let n = 0; n < 250; n += 1) await appendOutbox(tx, MOVED, { n }) })
  await Promise.all([one.drain(), two.drain()])
  await Promise.all([one.drain(), two.drain()])
  expect(new Set(sent).size).toBe(250)
  expect(sent).toHaveLength(250)
  expect(await resendSince(database.db, 60_000)).toBe(250)
})
