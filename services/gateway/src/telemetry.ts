import { ALL_ROUTES } from '@hearth/hf-api'
import type { Logger, Metrics } from '@hearth/telemetry'
import type { Observer } from './domain/ports.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const

/** One function for each event: a line at completion, an error once where it stops. */
export function createObserver(log: Logger, metrics: Metrics): Observer {
  const seconds = metrics.histogram({
    name: 'hearth_gateway_request_seconds', help: 'Time from the first byte of a request to the end of its answer',
    labels: { route: ['unknown', ...ALL_ROUTES.map(({ id }) => id)], method: METHODS, status: CLASSES },
  })
  return {
    requestDone({ requestId, method, path, route, status, ms }) {
      seconds.observe(ms / 1000, { route, method, status: `${Math.floor(status / 100)}xx` })
      log.info({ evt: 'request', req_id: requestId, method, path, route, status, ms }, 'request done')
    },
    downloadsLost({ error }) {
      log.warn({ evt: 'downloads.lost', err: error }, 'some downloads are not counted')
    },
    requestFailed({ requestId, route, error }) {
      log.error({ evt: 'request.failed', req_id: requestId, route, err: error }, 'request failed')
    },
  }
}
