import type { ObjectId } from '@hearth/ids'
import type { CredentialUpkeep, CredentialUse } from './ports.ts'

/** When tokens and sessions were last used: noted in memory, written behind in batches. */
export interface CredentialUses {
  note(use: { readonly id: ObjectId; readonly isSession: boolean }): void
  /** Writes what is noted; what cannot be written is noted again. */
  flush(): Promise<void>
}

/** A time is told to the minute: a credential in constant use is written once in that time. */
const RESOLUTION_MS = 60_000
const MAX_NOTED = 50_000

export function createCredentialUses(upkeep: Pick<CredentialUpkeep, 'recordUses'>, now: () => number): CredentialUses {
  let noted = new Map<ObjectId, CredentialUse>()
  /** Until when a credential need not be noted again. */
  const written = new Map<ObjectId, number>()
  return {
    note({ id, isSession }) {
      const usedMs = now()
      if ((written.get(id) ?? 0) > usedMs || noted.size >= MAX_NOTED) return
      noted.set(id, { id, isSession, usedMs })
    },
    async flush() {
      const batch = noted
      noted = new Map()
      const nowMs = now()
      for (const [id, untilMs] of written) if (untilMs <= nowMs) written.delete(id)
      if (batch.size === 0) return
      try {
        await upkeep.recordUses([...batch.values()])
      } catch (error) {
        for (const [id, use] of batch) if (!noted.has(id)) noted.set(id, use)
        throw error
      }
      for (const id of batch.keys()) written.set(id, nowMs + RESOLUTION_MS)
    },
  }
}
