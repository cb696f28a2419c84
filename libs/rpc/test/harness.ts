import { ANONYMOUS, type Actor } from '@hearth/authz'
import { HearthError } from '@hearth/errors'
import { generateKeyPair, exportJWK } from 'jose'
import { createActorVerifier, signActorToken } from '../src/actor-token.ts'
import type { CallContext, ServiceClient, ServiceHandlers, Transport } from '../src/contract.ts'
import { serve, type ServedService } from '../src/served-service.ts'
import type { CallRecord, RpcServerOptions } from '../src/server-core.ts'
import { EchoService, message, type EchoMessage } from './echo-service.ts'

/** One transport under test: a server with these services, and a transport that reaches it. */
export interface TransportPair extends AsyncDisposable {
  readonly transport: Transport
  drain(timeoutMs: number): Promise<void>
}

export type OpenPair = (services: readonly ServedService[], options: RpcServerOptions) => Promise<TransportPair>

export const USER = {
  kind: 'user', id: 'a'.repeat(24), name: 'ana', isAdmin: false, orgs: [], token: { id: 'b'.repeat(24), role: 'write' },
} as const satisfies Actor

export interface EchoWorld extends AsyncDisposable {
  readonly client: ServiceClient<typeof EchoService>
  readonly pair: TransportPair
  readonly records: CallRecord[]
  readonly contexts: CallContext[]
  sign(options?: { nowMs?: number; kid?: string }): Promise<string>
}

/** A server of EchoService whose `contexts` and `records` the test can look into. */
export async function openEcho(open: OpenPair): Promise<EchoWorld> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...await exportJWK(publicKey), kid: 'k1' }
  const records: CallRecord[] = []
  const contexts: CallContext[] = []
  const verifyActor = createActorVerifier(() => Promise.resolve({ keys: [jwk] }))
  const pair = await open([serve(EchoService, echoHandlers(contexts))], { verifyActor, onCall: (record) => records.push(record) })
  return {
    client: pair.transport.client(EchoService), pair, records, contexts,
    sign: async ({ nowMs = Date.now(), kid = 'k1' } = {}) => (await signActorToken(USER, { kid, privateKey }, nowMs)).token,
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}

function echoHandlers(contexts: CallContext[]): ServiceHandlers<typeof EchoService> {
  return {
    echo: (request, ctx) => {
      contexts.push(ctx)
      return Promise.resolve(request.text === 'unencodable' ? { text: 7, body: request.body } as unknown as EchoMessage : request)
    },
    fail: (request) => Promise.reject(request.text === 'bug'
      ? new Error('password of the database: hunter2')
      : new HearthError('QUOTA_EXCEEDED', 'too many of them ✓', { cause: new Error('secret cause'), retryAfterMs: 1500, metadata: { repo: 'ana/x' } })),
    hang: (_request, ctx) => {
      contexts.push(ctx)
      return new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('socket closed')), { once: true }))
    },
    count: (request, ctx) => count(request.text, ctx, contexts),
  }
}

/** Counts to the number in `text`; "forever" never ends, "fail" ends after two with an error. */
async function* count(text: string, ctx: CallContext, contexts: CallContext[]): AsyncGenerator<EchoMessage> {
  contexts.push(ctx)
  if (text === 'fail') {
    yield* [message('0'), message('1')]
    throw new HearthError('REVISION_NOT_FOUND', 'no such revision')
  }
  const end = text === 'forever' ? Number.POSITIVE_INFINITY : Number(text)
  for (let n = 0; n < end && !ctx.signal.aborted; n += 1) {
    if (end === Number.POSITIVE_INFINITY) await new Promise((resolve) => setTimeout(resolve, 1))
    yield message(String(n))
  }
}

export { ANONYMOUS }
