import type { IncomingMessage } from 'node:http'

const EXPOSED = [
  'Accept-Ranges', 'Content-Disposition', 'Content-Length', 'Content-Range', 'ETag', 'Link', 'Location', 'Retry-After', 'X-Error-Code', 'X-Error-Message',
  'X-Linked-ETag', 'X-Linked-Size', 'X-Repo-Commit', 'X-Request-Id', 'X-Total-Count', 'X-Xet-Hash', 'X-Xet-Refresh-Route', 'X-Xet-Cas-Url', 'X-Xet-Access-Token', 'X-Xet-Token-Expiration',
].join(', ')

/** Every answer may be read by a page of any origin: nothing here is decided by a cookie. */
export const CORS_HEADERS: Readonly<Record<string, string>> = { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }

const ALLOWED_HEADERS = 'Authorization, Content-Type, Range, If-None-Match, If-Range, Accept, X-HF-Bill-To, X-HF-Download-Counter, X-Amzn-Trace-Id'

export function preflightHeaders(req: IncomingMessage): Record<string, string> {
  const wanted = req.headers['access-control-request-headers']
  const isReadable = wanted !== undefined && wanted.length < 1000 && /^[A-Za-z0-9\-_, ]*$/.test(wanted)
  return {
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers': isReadable && wanted !== '' ? wanted : ALLOWED_HEADERS,
    'access-control-max-age': '86400',
    vary: 'Access-Control-Request-Headers',
  }
}
