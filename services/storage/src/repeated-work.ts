import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@hearth/telemetry'

/** Work in the background, one run at a time. Disposing it lets the running one end. */
export interface RepeatedWork extends AsyncDisposable {
  /** There may be something to do. */
  wake(): void
  /** Runs it now, after the run that may be under way; rejects when it fails. */
  runNow(): Promise<void>
}

export interface RepeatedWorkOptions {
  /** Part of the log lines' event: `<name>.failed`. */
  readonly name: string
  readonly intervalMs: number
  readonly log: Logger
  readonly work: (signal: AbortSignal) => Promise<void>
}

/** Runs `work` every `intervalMs` and soon after each `wake`. A failure is logged, and tried again at the next turn. */
export function startRepeatedWork({ name, intervalMs, log, work }: RepeatedWorkOptions): RepeatedWork {
  const stop = new AbortController()
  let isWoken = false
  let sleep = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const run = (): Promise<void> => {
    const next = running.catch(() => undefined).then(() => work(stop.signal))
    running = next
    return next
  }
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      isWoken = false
      await run().catch((error: unknown) => {
        if (!stop.signal.aborted) log.error({ evt: `${name}.failed`, err: error }, 'background work failed')
      })
      if (isWoken || stop.signal.aborted) continue
      sleep = new AbortController()
      await delay(intervalMs, undefined, { signal: AbortSignal.any([sleep.signal, stop.signal]), ref: false }).catch(() => undefined)
    }
  }
  const looping = loop()
  return {
    wake() {
      isWoken = true
      sleep.abort()
    },
    runNow: run,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the service is closing'))
      await looping
      await running.catch(() => undefined)
    },
  }
}
