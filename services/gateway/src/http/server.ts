import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HearthError } from '@hearth/errors'
import { ALL_ROUTES, type Permission, type RouteSpec } from '@hearth/hf-api'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { canonicaliseUrl } from '../domain/canonical-url.ts'
import { parseQuery } from '../domain/query.ts'
import { createAuthenticator, type Authenticator } from './authenticate.ts'
import { parseJsonBody, readTextBody } from './body.ts'
import type { Answer, Call, Input } from './call.ts'
import { CORS_HEADERS, preflightHeaders } from './cors.ts'
import type { HttpDeps } from './deps.ts'
import { createHandlers } from './handlers.ts'
import { createOriginReader } from './origin.ts'
import { registeredPaths } from './paths.ts'
import { originalUrl } from './paging.ts'
import { sendAnswer, sendError } from './send.ts'
import { validate } from './validate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    origin: string
    isAnonymous: boolean
    routeId: string
  }
}

type AnyHandler = (input: Input<RouteSpec>, call: Call) => Promise<Answer>

/** Of these, nobody is refused before the request is read any further. */
const NEEDS_USER: ReadonlySet<Permission> = new Set<Permission>(['user', 'user.write', 'org.administer', 'hub.administer'])
const MAX_URL_CHARS = 16_384

/** The public HTTP surface: every row of the route table, and nothing else. */
export async function createServer(deps: HttpDeps): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    rewriteUrl: (req) => canonicaliseUrl(req.url ?? '/'),
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: MAX_URL_CHARS, querystringParser: parseQuery, caseSensitive: true },
    frameworkErrors: (error, request, reply) => { sendError(reply, error, { request, deps }) },
  })
  app.decorateRequest('origin', '')
  app.decorateRequest('isAnonymous', true)
  app.decorateRequest('routeId', 'unknown')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  installHooks(app, deps)
  installRoutes(app, deps)
  await app.ready()
  return app
}

function installHooks(app: FastifyInstance, deps: HttpDeps): void {
  const origins = createOriginReader(deps.settings)
  app.addHook('onRequest', async (request, reply) => {
    observe(request, reply, deps)
    reply.headers({ ...CORS_HEADERS, 'x-request-id': request.id })
    const isProbe = request.url === '/healthz' || request.url === '/readyz'
    if (!isProbe) request.origin = origins.read(request.raw)
    if (request.method === 'OPTIONS') return reply.code(204).headers(preflightHeaders(request.raw)).send()
  })
  app.setErrorHandler((error, request, reply) => sendError(reply, error, { request, deps }))
  app.setNotFoundHandler((request, reply) => sendError(reply, new HearthError('NOT_FOUND', 'Not found'), { request, deps }))
}

function observe(request: FastifyRequest, reply: FastifyReply, { observer }: HttpDeps): void {
  const startedAt = performance.now()
  const path = originalUrl(request.raw).split('?', 1)[0] ?? ''
  reply.raw.once('close', () => {
    observer.requestDone({ requestId: request.id, method: request.method, path, route: request.routeId, status: reply.raw.statusCode, ms: Math.round(performance.now() - startedAt) })
  })
}

function installRoutes(app: FastifyInstance, deps: HttpDeps): void {
  const handlers = createHandlers(deps) as unknown as Readonly<Record<string, AnyHandler>>
  const authenticator = createAuthenticator(deps.callers)
  const { addressOf } = createOriginReader(deps.settings)
  for (const spec of ALL_ROUTES) {
    const handle = handlers[spec.id]
    if (handle === undefined) throw new Error(`no handler for ${spec.id}`)
    for (const { url, kind } of registeredPaths(spec)) {
      app.route({
        method: spec.method === 'ALL' ? ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] : spec.method,
        url,
        exposeHeadRoute: spec.id !== 'getFile',
        handler: async (request, reply) => {
          request.routeId = spec.id
          const call = await openCall(spec, { request, reply, authenticator, addressOf })
          const input = await readInput(spec, { ...(request.params as object), ...(kind === undefined ? {} : { kind }) }, { request, deps })
          return sendAnswer(reply, await handle(input, call))
        },
      })
    }
  }
}

interface Opening {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly authenticator: Authenticator
  readonly addressOf: (req: IncomingMessage) => string
}

async function openCall(spec: RouteSpec, { request, reply, authenticator, addressOf }: Opening): Promise<Call> {
  const signal = abortOnClose(reply.raw)
  const caller = spec.isBeforeAuth === true ? undefined : await authenticator.identify(request.raw, signal)
  request.isAnonymous = caller?.kind !== 'known'
  if (NEEDS_USER.has(spec.permission) && request.isAnonymous) throw new HearthError('UNAUTHENTICATED', 'Log in first: this needs an access token')
  return {
    req: request.raw, res: reply.raw, origin: request.origin, isAnonymous: request.isAnonymous, callerId: request.raw.headers.authorization ?? addressOf(request.raw),
    rpc: { signal, requestId: request.id, actorToken: caller?.kind === 'known' ? caller.actorToken : undefined },
    baseHeaders: { ...CORS_HEADERS, 'x-request-id': request.id },
  }
}

function abortOnClose(res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new HearthError('CANCELLED', 'the client has gone'))
  })
  return gone.signal
}

interface Source {
  readonly request: FastifyRequest
  readonly deps: HttpDeps
}

async function readInput(spec: RouteSpec, params: object, source: Source): Promise<Input<RouteSpec>> {
  return {
    params: validate(spec.params, params, 'path'),
    query: validate(spec.query, source.request.query, 'query'),
    body: await readBody(spec, source.request.raw, source.deps),
  } as Input<RouteSpec>
}

async function readBody({ body }: RouteSpec, req: IncomingMessage, { settings }: HttpDeps): Promise<unknown> {
  if (body === undefined || body.kind === 'stream') return undefined
  const text = await readTextBody(req, { maxBytes: body.maxBytes, idleMs: settings.bodyIdleTimeoutMs })
  const isForm = body.kind === 'form' && (req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  return validate(body.schema, isForm ? parseQuery(text) : parseJsonBody(text), 'body')
}
