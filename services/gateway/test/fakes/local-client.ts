import { ANONYMOUS, type Actor } from '@hearth/authz'
import type { CallContext, CallOptions, ServiceClient, ServiceDefinition, ServiceHandlers } from '@hearth/rpc'

/** Actor tokens of the fakes: JSON of the actor. */
export function tokenOf(actor: Actor): string {
  return JSON.stringify(actor)
}

/** Calls handlers of this process, encoding and decoding every message as a wire would. */
export function createLocalClient<D extends ServiceDefinition>(definition: D, handlers: ServiceHandlers<D>): ServiceClient<D> {
  const methods = Object.entries(definition).map(([name, method]) => {
    const handler = handlers[name] as (request: unknown, context: CallContext) => Promise<unknown>
    const call = async (request: unknown, options: CallOptions = {}): Promise<unknown> => {
      const sent = method.requestDeserialize(method.requestSerialize(request as never))
      const answer = await handler(sent, contextOf(options))
      return method.responseDeserialize(method.responseSerialize(answer as never))
    }
    return [name, call] as const
  })
  return Object.fromEntries(methods) as unknown as ServiceClient<D>
}

function contextOf(options: CallOptions): CallContext {
  return {
    actor: options.actorToken === undefined ? ANONYMOUS : JSON.parse(options.actorToken) as Actor,
    actorToken: options.actorToken,
    requestId: options.requestId ?? 'none',
    signal: options.signal ?? new AbortController().signal,
    deadlineMs: Date.now() + (options.timeoutMs ?? 10_000),
  }
}
