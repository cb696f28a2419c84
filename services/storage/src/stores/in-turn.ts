/** Lets work on one thing run one after the other. Who waits here holds no database connection, so that others still get one. */
export interface Turns<K> {
  /** Rejects with the signal's reason when it aborts before it is this one's turn. */
  take<T>(key: K, work: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export function createTurns<K>(): Turns<K> {
  const tails = new Map<K, Promise<void>>()
  return {
    async take(key, work, signal) {
      const before = tails.get(key) ?? Promise.resolve()
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const tail = before.then(() => ended)
      tails.set(key, tail)
      try {
        await unlessAborted(before, signal)
        return await work()
      } finally {
        end()
        if (tails.get(key) === tail) tails.delete(key)
      }
    },
  }
}

async function unlessAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([waiting, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    aborted.catch(() => undefined)
  }
}
