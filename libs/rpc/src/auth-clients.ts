import { HearthError } from '@hearth/errors'
import { AuthenticationServiceService } from '@hearth/proto/auth/v1/authentication'
import type { KeySet } from './actor-token.ts'
import type { CallContext, CallOptions, Transport } from './contract.ts'

/** Auth's published keys, for `createActorVerifier`. */
export function fetchKeysFrom(auth: Transport): () => Promise<KeySet> {
  const client = auth.client(AuthenticationServiceService)
  return async () => {
    const { jwksJson } = await client.getSigningKeys({}, { timeoutMs: 5_000 })
    const parsed: unknown = JSON.parse(jwksJson)
    if (!isKeySet(parsed)) throw new HearthError('UNAVAILABLE', 'the answer of auth is not a key set')
    return parsed
  }
}

/** A service's own actor token for background work, renewed before it runs out; one request at a time. */
export function createServiceTokenSource(auth: Transport, identity: { readonly service: string; readonly secret: string }): () => Promise<string> {
  const client = auth.client(AuthenticationServiceService)
  let current = { token: '', expireMs: 0 }
  let pending: Promise<string> | undefined
  const renew = async (): Promise<string> => {
    try {
      const { actorToken, expireTime } = await client.issueServiceToken(identity)
      current = { token: actorToken, expireMs: expireTime?.getTime() ?? 0 }
      return actorToken
    } finally {
      pending = undefined
    }
  }
  return () => (current.expireMs - Date.now() > 15_000 ? Promise.resolve(current.token) : (pending ??= renew()))
}

/** Options for a call made on behalf of the call being handled: same actor, request id and deadline, cancelled with it. */
export function forwardCall(ctx: CallContext): CallOptions {
  return { actorToken: ctx.actorToken, requestId: ctx.requestId, signal: ctx.signal, timeoutMs: Math.max(0, ctx.deadlineMs - Date.now()) }
}

function isKeySet(value: unknown): value is KeySet {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
}
