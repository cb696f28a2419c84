import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import type { DbLog } from './log.ts'
import { messageOf } from './node-errors.ts'
import { quoteIdent } from './sql-text.ts'

export interface Subscription extends AsyncDisposable {
  close(): Promise<void>
}

interface ListenOptions {
  readonly config: ClientConfig
  readonly channel: string
  readonly onHint: () => void
  readonly log: DbLog
}

const RECONNECT_PAUSE_MS = 1_000

/** A connection of its own that waits for NOTIFY and comes back when it is lost. Resolves when the first one listens. */
export async function listenTo(options: ListenOptions): Promise<Subscription> {
  const stop = new AbortController()
  let client = await connectListener(options)
  const keepAlive = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await ended(client, stop.signal)
      if (stop.signal.aborted) return
      const next = await reconnect(options, stop.signal)
      if (next === undefined) return
      client = next
      options.onHint()
    }
  }
  const watching = keepAlive()
  const close = async (): Promise<void> => {
    if (stop.signal.aborted) return watching
    stop.abort()
    await watching
    await client.end().catch(() => undefined)
  }
  return { close, [Symbol.asyncDispose]: close }
}

async function connectListener(options: ListenOptions): Promise<Client> {
  const client = new Client({ ...options.config, statement_timeout: false })
  client.on('error', (error) => options.log.warn({ evt: 'db.listen-lost', channel: options.channel, reason: messageOf(error) }, 'listening connection lost'))
  client.on('notification', options.onHint)
  try {
    await client.connect()
    await client.query(`LISTEN ${quoteIdent(options.channel)}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return client
}

function ended(client: Client, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  client.once('end', resolve)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}

async function reconnect(options: ListenOptions, signal: AbortSignal): Promise<Client | undefined> {
  while (!signal.aborted) {
    const client = await connectListener(options).catch(() => undefined)
    if (client !== undefined) return client
    await delay(RECONNECT_PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}
