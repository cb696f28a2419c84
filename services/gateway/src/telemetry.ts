import type { Observer } from './domain/ports.ts'

/** The part of a pino logger that is used here. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

export interface RequestMeter {
  /** Labels are bounded: rows of the route table, methods, statuses. */
  countRequest(labels: { readonly route: string; readonly method: string; readonly status: number }, seconds: number): void
}

/** One function for each event: a line at completion, an error once where it stops. */
export function createObserver(log: Log, meter?: RequestMeter): Observer {
  return {
    requestDone({ requestId, method, path, route, status, ms }) {
      meter?.countRequest({ route, method, status }, ms / 1000)
      log.info({ evt: 'request', req_id: requestId, method, path, route, status, ms }, 'request done')
    },
    requestFailed({ requestId, route, error }) {
      log.error({ evt: 'request.failed', req_id: requestId, route, err: error }, 'request failed')
    },
  }
}
