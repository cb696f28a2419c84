import type { ObjectId } from '@hearth/ids'

/** One caller's download of one repo. */
export interface Download {
  readonly repoId: ObjectId
  readonly callerKey: string
}

export interface DownloadStore {
  /** Adds to the hour of `time`, the totals and the trending score of each repo that is still there, in one transaction. */
  addDownloads(counts: ReadonlyMap<ObjectId, number>, time: Date): Promise<void>
  /** Takes hours before `time` out of the repos' counts of late; answers how many rows went. */
  expireDownloads(time: Date): Promise<number>
}

export interface DownloadCounter {
  /** How many were not repetitions. Only memory is touched. */
  count(downloads: readonly Download[]): number
  /** Writes what was counted; what cannot be written is kept for the next time. */
  flush(): Promise<void>
}

const REPEAT_MS = 5 * 60_000
const MAX_REMEMBERED = 500_000
const MAX_WRITTEN_AT_ONCE = 500

/** Counts a caller once in five minutes. What it remembers of callers never leaves memory. */
export function createDownloadCounter(store: DownloadStore, now: () => Date): DownloadCounter {
  const countedMs = new Map<string, number>()
  let pending = new Map<ObjectId, number>()
  const forgetBefore = (timeMs: number): void => {
    for (const [key, atMs] of countedMs) {
      if (atMs > timeMs && countedMs.size <= MAX_REMEMBERED) return
      countedMs.delete(key)
    }
  }
  const add = (repoId: ObjectId, count: number): void => void pending.set(repoId, (pending.get(repoId) ?? 0) + count)
  return {
    count(downloads) {
      const nowMs = now().getTime()
      let fresh = 0
      for (const { repoId, callerKey } of downloads) {
        const key = `${repoId} ${callerKey}`
        const lastMs = countedMs.get(key)
        if (lastMs !== undefined && nowMs - lastMs < REPEAT_MS) continue
        // Put at the end again: the map stays in the order of time.
        countedMs.delete(key)
        countedMs.set(key, nowMs)
        add(repoId, 1)
        fresh += 1
      }
      forgetBefore(nowMs - REPEAT_MS)
      return fresh
    },
    async flush() {
      const batch = [...pending]
      pending = new Map()
      for (let at = 0; at < batch.length; at += MAX_WRITTEN_AT_ONCE) {
        try {
          await store.addDownloads(new Map(batch.slice(at, at + MAX_WRITTEN_AT_ONCE)), now())
        } catch (error) {
          for (const [repoId, count] of batch.slice(at)) add(repoId, count)
          throw error
        }
      }
    },
  }
}
