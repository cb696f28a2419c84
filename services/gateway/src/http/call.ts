import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyOf, ParamsOf, QueryOf, ResponseOf, RouteId, Routes, RouteSpec } from '@hearth/hf-api'
import type { CallOptions } from '@hearth/rpc'

/** One request after authentication and validation. */
export interface Call {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** `http://host:port` as the client sees it. */
  readonly origin: string
  readonly isAnonymous: boolean
  /** Tells callers apart, for counting only: the credential, else the address. */
  readonly callerId: string
  /** Goes along with every call to another service; its signal aborts when the client has gone. */
  readonly rpc: CallOptions & { readonly signal: AbortSignal; readonly requestId: string }
  /** Sent with whatever the answer is; the data plane's answers too. */
  readonly baseHeaders: Readonly<Record<string, string>>
}

export interface Input<S extends RouteSpec> {
  readonly params: ParamsOf<S>
  readonly query: QueryOf<S>
  readonly body: BodyOf<S>
}

type Headers = Readonly<Record<string, string>>

export type Answer<T = unknown> =
  | { readonly kind: 'json'; readonly body: T; readonly status?: number; readonly headers?: Headers }
  /** JSON that is written already. */
  | { readonly kind: 'jsonBytes'; readonly body: Buffer; readonly status?: number; readonly headers?: Headers }
  | { readonly kind: 'text'; readonly body: string; readonly status?: number; readonly headers?: Headers }
  | { readonly kind: 'empty'; readonly status: number; readonly headers?: Headers }
  /** The handler has given the response away. */
  | { readonly kind: 'taken' }

export type Handler<S extends RouteSpec> = (input: Input<S>, call: Call) => Promise<Answer<ResponseOf<S>>>
export type Handlers = { readonly [K in RouteId]: Handler<Routes[K]> }

export function json<T>(body: T, headers?: Headers): Answer<T> {
  return { kind: 'json', body, ...(headers === undefined ? {} : { headers }) }
}

export function redirect(location: string, status: 302 | 303 | 307, headers: Headers = {}): Answer<never> {
  return { kind: 'empty', status, headers: { ...headers, location } }
}
