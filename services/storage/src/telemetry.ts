import type { Logger, Metrics } from '@hearth/telemetry'
import type { StorageObserver } from './domain/ports.ts'
import type { DataPlaneObserver } from './http/data-plane.ts'

const KINDS = ['blob', 'lfs', 'stage'] as const
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'OPTIONS'] as const

/** One function for each event of the use-cases. */
export function createStorageObserver(log: Logger, metrics: Metrics): StorageObserver {
  const commits = metrics.counter({ name: 'hearth_storage_commits_total', help: 'Commits made through the API' })
  return {
    commitCreated({ repoId, ref, oid, operations, ms }) {
      commits.add(1)
      log.info({ evt: 'commit.created', repo: repoId, ref, oid, operations, ms }, 'commit created')
    },
    accessChanged({ repoId, requestId, move, status }) {
      log.info({ evt: 'access.changed', repo: repoId, request: requestId, move, status }, 'access to a gated repo changed')
    },
    weightsCounted({ repoId, outcome, ms }) {
      const told = outcome.kind === 'counted' ? { parameters: outcome.total } : { reason: outcome.reason }
      log.info({ evt: 'weights.counted', repo: repoId, verdict: outcome.kind, ...told, ms }, 'weights counted')
    },
    repoChanged({ repoId, change }) {
      log.info({ evt: `repo.${change}`, repo: repoId }, 'repo changed')
    },
  }
}

/** The same for the data plane. What the gateway lets it serve is logged by the gateway. */
export function createDataPlaneObserver(log: Logger, metrics: Metrics): DataPlaneObserver {
  const requests = metrics.counter({
    name: 'hearth_storage_data_requests_total', help: 'Requests answered by the data plane', labels: { kind: [...KINDS, 'serve'], method: METHODS, status: ['2xx', '3xx', '4xx', '5xx'] },
  })
  return {
    requestDone({ requestId, method, kind, status, ms, isAborted }) {
      requests.add(1, { kind, method, status: `${Math.floor(status / 100)}xx` })
      if (kind !== 'serve') log.info({ evt: 'request', req_id: requestId, method, path: `/-/${kind}`, status, ms, aborted: isAborted }, 'request done')
    },
    requestFailed({ requestId, kind, error }) {
      log.error({ evt: 'request.failed', req_id: requestId, kind, err: error }, 'request failed')
    },
  }
}
