import { DEFAULT_TIMEOUT_MS, type DurableConsumer, type HearthEvent } from './event-bus.ts'

/** Runs the handler within its time. Returns the error of a failed delivery, undefined for an acknowledged one. */
export async function deliver(consumer: Pick<DurableConsumer, 'handle' | 'timeoutMs'>, event: HearthEvent, stop: AbortSignal): Promise<Error | undefined> {
  const timeout = new AbortController()
  const timeoutMs = consumer.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const timer = setTimeout(() => timeout.abort(new Error(`not handled within ${timeoutMs} ms`)), timeoutMs)
  try {
    await Promise.race([consumer.handle(event, AbortSignal.any([stop, timeout.signal])), aborted(timeout.signal)])
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    clearTimeout(timer)
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}
