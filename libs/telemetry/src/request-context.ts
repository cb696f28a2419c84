import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/** Fields that every log line of one request carries. */
export interface RequestFields {
  readonly req_id: string
  readonly trace_id?: string
  readonly actor?: string
}

const storage = new AsyncLocalStorage<RequestFields>()
const ACCEPTABLE_ID = /^[\w.:-]{1,64}$/

/** Runs `fn` (and everything it awaits) with these fields in its log lines. */
export function runWithRequest<T>(fields: RequestFields, fn: () => T): T {
  return storage.run(fields, fn)
}

export function currentRequest(): RequestFields | undefined {
  return storage.getStore()
}

/** The caller's X-Request-Id when it is short and plain, else a new one. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && ACCEPTABLE_ID.test(header) ? header : randomBytes(12).toString('hex')
}
