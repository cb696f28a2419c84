import { setTimeout as delay } from 'node:timers/promises'
import { HearthError } from '@hearth/errors'
import { Client, type ClientConfig } from 'pg'
import type { DbLog } from './log.ts'
import { messageOf } from './node-errors.ts'
import { mapPgError } from './pg-errors.ts'
import { quoteIdent } from './sql-text.ts'

export interface SessionOptions {
  /** NOTIFY channel to listen to. */
  readonly channel: string
  /** Called for each NOTIFY, and after each reconnect, when some may have been missed. A hint, never a fact. */
  readonly onHint: () => void
}

/** One connection that comes back by itself. What a connection holds (locks, settings) is gone when `generation` changes. */
export interface Session extends AsyncDisposable {
  readonly generation: number
  /** Throws UNAVAILABLE while the connection is lost. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

const RECONNECT_PAUSE_MS = 1_000

/** Resolves when the first connection listens. */
export async function openSession(config: ClientConfig, options: SessionOptions, log: DbLog): Promise<Session> {
  const session = new ReconnectingSession(config, options, log)
  await session.connect()
  return session
}

class ReconnectingSession implements Session {
  readonly #config: ClientConfig
  readonly #options: SessionOptions
  readonly #log: DbLog
  readonly #closing = new AbortController()
  #client: Client | undefined
  #reconnecting: Promise<void> = Promise.resolve()
  #generation = 0

  constructor(config: ClientConfig, options: SessionOptions, log: DbLog) {
    this.#config = config
    this.#options = options
    this.#log = log
  }

  get generation(): number {
    return this.#generation
  }

  async connect(): Promise<void> {
    const client = new Client(this.#config)
    client.on('error', (error) => this.#log.warn({ evt: 'db.session-lost', channel: this.#options.channel, reason: messageOf(error) }, 'listening connection lost'))
    client.on('notification', () => this.#options.onHint())
    try {
      await client.connect()
      await client.query(`LISTEN ${quoteIdent(this.#options.channel)}`)
    } catch (error) {
      await client.end().catch(() => undefined)
      throw mapPgError(error)
    }
    client.once('end', () => { this.#lost(client) })
    this.#client = client
    this.#generation += 1
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.#client === undefined) throw new HearthError('UNAVAILABLE', 'the database cannot be reached right now', { retryAfterMs: RECONNECT_PAUSE_MS })
    try {
      return (await this.#client.query<Row>(text, [...values])).rows
    } catch (error) {
      throw mapPgError(error)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
    await this.#reconnecting
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#closing.signal.aborted) return
    this.#client = undefined
    this.#generation += 1
    this.#reconnecting = this.#reconnect()
  }

  async #reconnect(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const isBack = await this.connect().then(() => true, () => false)
      if (isBack && this.#closing.signal.aborted) return void (await this.#client?.end().catch(() => undefined))
      if (isBack) return this.#options.onHint()
      await delay(RECONNECT_PAUSE_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined)
    }
  }
}
