import type { Actor } from '@hearth/authz'

/** One method of a ts-proto service definition (outputServices=grpc-js). */
export interface MethodDefinition<Req, Res> {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  readonly requestSerialize: (value: Req) => Buffer
  readonly requestDeserialize: (bytes: Buffer) => Req
  readonly responseSerialize: (value: Res) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Res
}

/** A generated `XServiceService` constant. */
// `any`: each method has its own pair of messages, and both directions of variance are needed.
export type ServiceDefinition = Readonly<Record<string, MethodDefinition<any, any>>>

type RequestOf<M> = M extends MethodDefinition<infer Req, infer _Res> ? Req : never
type ResponseOf<M> = M extends MethodDefinition<infer _Req, infer Res> ? Res : never

/** What a caller sends along with every call. */
export interface CallOptions {
  /** Whole time for the call, milliseconds. Default 10,000; a server keeps a margin of it to answer. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** The signed actor token; absent: anonymous. */
  readonly actorToken?: string | undefined
  readonly requestId?: string | undefined
}

/** What a handler learns about the call. */
export interface CallContext {
  /** Verified. */
  readonly actor: Actor
  /** The token that proved it, to be sent on when this service calls another one on the actor's behalf. */
  readonly actorToken: string | undefined
  readonly requestId: string
  /** Aborts on cancellation and when the deadline has passed. */
  readonly signal: AbortSignal
  readonly deadlineMs: number
}

/** The client of a service: one async method per RPC (server streams are async iterables). */
export type ServiceClient<D extends ServiceDefinition> = {
  readonly [K in keyof D]: D[K] extends { readonly responseStream: true }
    ? (request: RequestOf<D[K]>, options?: CallOptions) => AsyncIterable<ResponseOf<D[K]>>
    : (request: RequestOf<D[K]>, options?: CallOptions) => Promise<ResponseOf<D[K]>>
}

/** What a service implements, whatever the transport. */
export type ServiceHandlers<D extends ServiceDefinition> = {
  readonly [K in keyof D]: D[K] extends { readonly responseStream: true }
    ? (request: RequestOf<D[K]>, ctx: CallContext) => AsyncIterable<ResponseOf<D[K]>>
    : (request: RequestOf<D[K]>, ctx: CallContext) => Promise<ResponseOf<D[K]>>
}

/** Carries calls to one peer. Two adapters: in-process and TCP (gRPC). Both pass the suite in test/suites. */
export interface Transport extends AsyncDisposable {
  client<D extends ServiceDefinition>(definition: D): ServiceClient<D>
}
