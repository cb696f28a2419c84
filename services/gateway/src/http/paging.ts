import type { IncomingMessage } from 'node:http'
import type { PageInfo } from '@hearth/proto/common/v1/page'
import type { Call } from './call.ts'

/** The absolute address of the next page: this request's own, with another cursor. Nothing on the last page. */
export function linkHeader(call: Call, page: PageInfo | undefined): Record<string, string> {
  const cursor = page?.nextPageToken
  if (cursor === undefined) return {}
  const url = new URL(originalUrl(call.req), call.origin)
  url.searchParams.set('cursor', cursor)
  return { link: `<${call.origin}${url.pathname}${url.search}>; rel="next"` }
}

/** As the client sent it: canonicalisation keeps it there. */
export function originalUrl(req: IncomingMessage & { readonly originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '').replace(/^\/{2,}/, '/')
}
