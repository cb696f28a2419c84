import { createHash } from 'node:crypto'
import type { CatalogueServiceService } from '@hearth/proto/storage/v1/catalogue'
import type { ServiceClient } from '@hearth/rpc'
import type { DownloadReporter } from '../domain/ports.ts'

export interface DownloadReporterOptions {
  readonly catalogue: Pick<ServiceClient<typeof CatalogueServiceService>, 'countDownloads'>
  readonly serviceToken: () => Promise<string>
  readonly onLost: (error: unknown) => void
}

const SEND_AFTER_MS = 1000
const MAX_BATCH = 2000
/** More than this in one second is not kept: reading must not cost memory. */
const MAX_WAITING = 20_000

interface Waiting {
  readonly repoId: string
  readonly caller: string
}

/** Gathers downloads and sends them once a second, a caller's repetitions once; nobody waits for it. Disposing sends what is left. */
export function createDownloadReporter({ catalogue, serviceToken, onLost }: DownloadReporterOptions): DownloadReporter & AsyncDisposable {
  let waiting = new Map<string, Waiting>()
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()
  const send = async (): Promise<void> => {
    const batch = [...waiting.values()]
    waiting = new Map()
    timer = undefined
    for (let at = 0; at < batch.length; at += MAX_BATCH) {
      const downloads = batch.slice(at, at + MAX_BATCH).map(({ repoId, caller }) => ({ repoId, callerKey: hashCaller(caller) }))
      await catalogue.countDownloads({ downloads }, { actorToken: await serviceToken() })
    }
  }
  const sendSafely = (): Promise<void> => (sending = sending.then(send).catch(onLost))
  return {
    report(repoId, caller) {
      if (waiting.size >= MAX_WAITING) return
      waiting.set(`${repoId} ${caller}`, { repoId, caller })
      if (timer !== undefined) return
      timer = setTimeout(() => { void sendSafely() }, SEND_AFTER_MS)
      timer.unref()
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      await sendSafely()
    },
  }
}

/** Storage tells callers apart and learns neither token nor address. */
function hashCaller(caller: string): string {
  return createHash('sha256').update('hearth.download\0').update(caller).digest('base64url').slice(0, 22)
}
