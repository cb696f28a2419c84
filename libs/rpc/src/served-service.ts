import type { CallContext, MethodDefinition, ServiceDefinition, ServiceHandlers } from './contract.ts'

export type AnyMethod = MethodDefinition<unknown, unknown>

export interface ServedMethod {
  readonly definition: AnyMethod
  run(request: unknown, ctx: CallContext): Promise<unknown> | AsyncIterable<unknown>
}

/** One service with its handlers, ready to be mounted on any server. */
export interface ServedService {
  /** E.g. "hearth.auth.v1.AccountsService". */
  readonly name: string
  readonly methods: readonly ServedMethod[]
}

/** Binds handlers to a generated `XServiceService`. Throws for client streams, which no contract of ours has. */
export function serve<D extends ServiceDefinition>(definition: D, handlers: ServiceHandlers<D>): ServedService {
  const untyped: Readonly<Record<string, unknown>> = handlers
  const methods = Object.entries<AnyMethod>(definition).map(([key, method]): ServedMethod => {
    if (method.requestStream) throw new Error(`${method.path}: client streams are not supported`)
    const handler = untyped[key]
    if (!isHandler(handler)) throw new Error(`${method.path}: no handler`)
    return { definition: method, run: (request, ctx) => handler.call(handlers, request, ctx) }
  })
  const first = methods[0]
  if (first === undefined) throw new Error('a service needs a method')
  return { name: serviceNameOf(first.definition.path), methods }
}

/** "/hearth.auth.v1.AccountsService/GetIdentity" -> "hearth.auth.v1.AccountsService". */
export function serviceNameOf(path: string): string {
  return path.split('/')[1] ?? ''
}

type Handler = (request: unknown, ctx: CallContext) => Promise<unknown> | AsyncIterable<unknown>

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}
