import { HearthError } from '@hearth/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BAD_REQUEST_PATH } from '../domain/canonical-url.ts'
import { accessUrlOf, toPublicError } from '../domain/public-error.ts'
import type { Answer } from './call.ts'
import type { HttpDeps } from './deps.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.kind === 'taken') return reply.hijack()
  reply.code(answer.status ?? 200)
  if (answer.kind === 'json') return reply.headers({ 'content-type': JSON_TYPE, ...answer.headers }).send(toBody(JSON.stringify(answer.body)))
  if (answer.kind === 'jsonBytes') return reply.headers({ 'content-type': JSON_TYPE, ...answer.headers }).send(answer.body)
  if (answer.kind === 'text') return reply.headers({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...answer.headers }).send(answer.body)
  return reply.headers({ ...answer.headers }).send()
}

const LONG_CHARS = 16 * 1024

/** A long text is encoded once, here; a socket would do it with three times the memory. */
function toBody(text: string): string | Buffer {
  return text.length > LONG_CHARS ? Buffer.from(text) : text
}

interface FailedRequest {
  readonly request: FastifyRequest
  readonly deps: HttpDeps
}

/** Renders a failure as the official clients read it: status, X-Error-Code, X-Error-Message and JSON. */
export function sendError(reply: FastifyReply, error: unknown, { request, deps }: FailedRequest): FastifyReply {
  const known = fromFramework(error)
  const isGit = /\/(info\/(refs|lfs)|git-(upload|receive)-pack)(\/|\?|$)/.test(request.url)
  const shown = toPublicError(known, { isAnonymous: request.isAnonymous && request.url !== BAD_REQUEST_PATH, isGit, origin: request.origin })
  if (shown.reason === 'INTERNAL') deps.observer.requestFailed({ requestId: request.id, route: request.routeId, error })
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy()
    return reply
  }
  const body = { error: shown.message, ...(isGit ? { message: shown.message } : {}), ...urlOf(known, request.origin) }
  return reply.code(shown.status).headers({ ...shown.headers, 'content-type': JSON_TYPE, 'x-request-id': request.id }).send(JSON.stringify(body))
}

/** `repos/create` tells where the repo is that was in the way; a gate, where to ask. */
function urlOf(error: unknown, origin: string): { readonly url?: string } {
  const url = error instanceof HearthError ? (error.metadata['url'] ?? accessUrlOf(error, origin)) : undefined
  return url === undefined ? {} : { url }
}

function fromFramework(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HearthError || !('statusCode' in error)) return error
  switch (error.statusCode) {
    case 400: return new HearthError('INVALID_ARGUMENT', error.message, { cause: error })
    case 413: return new HearthError('TOO_LARGE', error.message, { cause: error })
    case 414: return new HearthError('INVALID_ARGUMENT', 'The address is too long', { cause: error })
    case 415: return new HearthError('UNSUPPORTED_MEDIA_TYPE', error.message, { cause: error })
    default: return error
  }
}
