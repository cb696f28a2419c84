import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import { HearthError, isHearthError } from '@hearth/errors'

/** Sent with every answer: any page may read public bytes, none may send a cookie along (DESIGN 10). */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, X-Linked-ETag, X-Linked-Size, X-Repo-Commit, X-Error-Code, X-Error-Message, X-Request-Id, Content-Range, Content-Length, Content-Disposition, Accept-Ranges, Link',
} as const

export function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'] ?? req.headers['x-amzn-trace-id']
  return typeof given === 'string' && /^[\w=;:.-]{1,128}$/.test(given) ? given : randomUUID()
}

export function setCommonHeaders(res: ServerResponse, requestId: string): void {
  for (const [name, value] of Object.entries(CORS)) res.setHeader(name, value)
  res.setHeader('x-request-id', requestId)
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
  res.end(text)
}

export function sendPreflight(res: ServerResponse): void {
  res.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD, PUT, POST', 'access-control-allow-headers': '*', 'access-control-max-age': '86400' })
  res.end()
}

/** Renders what a caller can act on; anything else is "internal error", and true is answered so that it gets logged. */
export function sendError(req: IncomingMessage, res: ServerResponse, error: unknown): boolean {
  if (res.headersSent) {
    res.destroy()
    return !isHearthError(error)
  }
  const known = isHearthError(error) ? error : new HearthError('INTERNAL', 'internal error')
  for (const name of ['content-length', 'content-range', 'content-disposition', 'etag', 'cache-control']) res.removeHeader(name)
  if (known.row.hf !== undefined) res.setHeader('x-error-code', known.row.hf)
  res.setHeader('x-error-message', known.message.replace(/[^\x20-\x7e]/g, '?'))
  if (known.metadata['size'] !== undefined) res.setHeader('content-range', `bytes */${known.metadata['size']}`)
  if (!req.complete) closeAfterAnswer(req, res)
  sendJson(res, known.row.http, { error: known.message })
  return !isHearthError(error)
}

const LINGER_MS = 500

/**
 * The sender may still be sending. A socket that is closed with bytes unread resets the connection, and most senders then never
 * see the answer: so the answer is followed by our end of stream, the rest is read and thrown away for a moment, then it is cut.
 */
function closeAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  res.setHeader('connection', 'close')
  req.on('error', () => undefined)
  req.resume()
  socket.destroySoon = () => {
    socket.end()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  }
}
