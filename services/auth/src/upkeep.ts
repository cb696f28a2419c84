import type { Logger } from '@hearth/telemetry'
import type { CredentialUses } from './domain/credential-uses.ts'
import { FAILURE_MEMORY_MS } from './domain/login-throttle.ts'
import type { CredentialUpkeep, LoginAttemptStore } from './domain/ports.ts'

export interface UpkeepDeps {
  readonly uses: Pick<CredentialUses, 'flush'>
  readonly credentials: Pick<CredentialUpkeep, 'deleteStale'>
  readonly attempts: Pick<LoginAttemptStore, 'deleteBefore'>
  readonly sessionIdleMs: number
  readonly now: () => number
  readonly log: Logger
}

const FLUSH_INTERVAL_MS = 10_000
const SWEEP_INTERVAL_MS = 3600 * 1000
/** Expired tokens stay listed for a while, so that their owner sees why something stopped. */
const KEEP_EXPIRED_TOKENS_MS = 30 * 24 * 3600 * 1000
const ORIGIN = { actor: { kind: 'service', name: 'auth' }, requestId: 'upkeep' } as const

/** Writes behind when credentials were used, and deletes what nobody needs any more, until it is disposed. */
export function startUpkeep(deps: UpkeepDeps): AsyncDisposable {
  const run = (what: string, work: () => Promise<unknown>) => (): Promise<void> =>
    work().then(() => undefined, (error: unknown) => deps.log.warn({ evt: `auth.${what}-failed`, err: error }, 'upkeep failed, trying again later'))
  const flush = run('flush', () => deps.uses.flush())
  const sweep = run('sweep', () => sweepOnce(deps))
  const timers = [setInterval(() => { void flush() }, FLUSH_INTERVAL_MS), setInterval(() => { void sweep() }, SWEEP_INTERVAL_MS)]
  for (const timer of timers) timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer)
      await flush()
    },
  }
}

export async function sweepOnce(deps: Pick<UpkeepDeps, 'credentials' | 'attempts' | 'sessionIdleMs' | 'now'>): Promise<void> {
  const nowMs = deps.now()
  await deps.credentials.deleteStale({ tokensMs: nowMs - KEEP_EXPIRED_TOKENS_MS, sessionsMs: nowMs, unusedSessionsMs: nowMs - deps.sessionIdleMs }, ORIGIN)
  await deps.attempts.deleteBefore(nowMs - FAILURE_MEMORY_MS)
}
