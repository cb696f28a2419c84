import { setTimeout as delay } from 'node:timers/promises'
import { SILENT_LOG, type DbLog } from '@hearth/db'
import { adoptForeignRows, outboxChannel } from './append-outbox.ts'
import type { DurableConsumer, EventBus, Settleable, Subscription, Watcher } from './event-bus.ts'
import { OutboxConsumer, type OutboxSource } from './outbox-consumer.ts'
import type { OutboxDb } from './outbox-db.ts'
import { hasHeldBackRows } from './outbox-reader.ts'
import { OutboxWatcher } from './outbox-watcher.ts'
import { deleteOldEvents } from './retention.ts'
import { mayComeFrom } from './subject.ts'

export interface OutboxBusOptions {
  /** The services whose outboxes are read: the second word of their subjects, and their database. */
  readonly sources: readonly { readonly service: string; readonly db: OutboxDb }[]
  readonly log?: DbLog
}

const RETENTION_INTERVAL_MS = 10 * 60_000
const SETTLE_TIMEOUT_MS = 30_000
const SETTLE_PAUSE_MS = 5

type Reader = OutboxConsumer | OutboxWatcher
interface OpenSource extends OutboxSource { readonly readers: Set<Reader> }

/**
 * The bus without a broker: the outboxes themselves. Commit to consumer takes about a millisecond by NOTIFY; a poll is the
 * safety net. Call `ensureOutbox` on every source first.
 */
export async function createOutboxBus(options: OutboxBusOptions): Promise<EventBus & Settleable> {
  await using undo = new AsyncDisposableStack()
  const sources: OpenSource[] = []
  for (const source of options.sources) {
    const opened = await openSource(source.service, source.db, options.log ?? SILENT_LOG)
    undo.use(opened.session)
    sources.push(opened)
  }
  const timer = setInterval(() => { void cleanUp(sources) }, RETENTION_INTERVAL_MS)
  timer.unref()
  undo.defer(() => { clearInterval(timer) })
  undo.defer(async () => { await Promise.all(sources.flatMap((source) => [...source.readers]).map((reader) => reader.close())) })
  const resources = undo.move()
  return {
    subscribe: (consumer) => openReaders(sources, consumer.subjects, (source) => OutboxConsumer.start(source, checked(consumer))),
    watch: (watcher: Watcher) => openReaders(sources, watcher.subjects, (source) => OutboxWatcher.start(source, watcher)),
    settle: () => settle(sources),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function openSource(service: string, db: OutboxDb, log: DbLog): Promise<OpenSource> {
  await adoptForeignRows(db)
  const readers = new Set<Reader>()
  const session = await db.openSession({
    channel: outboxChannel(db.schema),
    onHint: () => { for (const reader of readers) reader.wake() },
  })
  return { service, db, session, log, readers }
}

async function openReaders(sources: readonly OpenSource[], subjects: readonly string[], open: (source: OpenSource) => Promise<Reader>): Promise<Subscription> {
  const wanted = sources.filter((source) => mayComeFrom(source.service, subjects))
  if (wanted.length === 0) throw new TypeError(`no service sends ${subjects.join(', ')}`)
  const opened: { readonly source: OpenSource; readonly reader: Reader }[] = []
  for (const source of wanted) {
    const reader = await open(source)
    source.readers.add(reader)
    opened.push({ source, reader })
  }
  const close = async (): Promise<void> => {
    for (const { source, reader } of opened) source.readers.delete(reader)
    await Promise.all(opened.map(({ reader }) => reader.close()))
  }
  return { close, [Symbol.asyncDispose]: close }
}

function checked(consumer: DurableConsumer): DurableConsumer {
  if (!/^[a-z][a-z0-9-]{2,63}$/.test(consumer.name)) throw new TypeError(`a consumer is named <service>-<what it does>, not ${consumer.name}`)
  return consumer
}

/** Round after round until one handled nothing and no committed event is held back. */
async function settle(sources: readonly OpenSource[]): Promise<void> {
  const until = Date.now() + SETTLE_TIMEOUT_MS
  while (Date.now() < until) {
    const counts = await Promise.all(sources.flatMap((source) => [...source.readers]).map((reader) => reader.drain()))
    const held = await Promise.all(sources.map((source) => hasHeldBackRows(source.db)))
    if (held.includes(true)) await delay(SETTLE_PAUSE_MS)
    else if (counts.every((count) => count === 0)) return
  }
  throw new Error(`events did not settle within ${SETTLE_TIMEOUT_MS} ms`)
}

async function cleanUp(sources: readonly OpenSource[]): Promise<void> {
  for (const source of sources) {
    await deleteOldEvents(source.db).catch((error: unknown) => {
      source.log.warn({ evt: 'events.retention-failed', source: source.service, err: error }, 'old events could not be deleted')
    })
  }
}
