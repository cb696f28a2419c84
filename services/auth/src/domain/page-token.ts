import { HearthError } from '@hearth/errors'

const DEFAULT_PAGE = 100
const MAX_PAGE = 1000
const MAX_CHARS = 1000

export interface Page {
  readonly pageSize: number | undefined
  readonly pageToken: string | undefined
}

export interface Paged<T> {
  readonly rows: readonly T[]
  readonly nextPageToken: string | undefined
}

/** One row more than a page shows tells whether there is another one. */
export async function readPage<T>(page: Page, list: (limit: number) => Promise<readonly T[]>, keyOf: (row: T) => string): Promise<Paged<T>> {
  const size = page.pageSize ?? DEFAULT_PAGE
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) throw new HearthError('INVALID_ARGUMENT', `A page has 1 to ${MAX_PAGE} rows`)
  const found = await list(size + 1)
  const rows = found.slice(0, size)
  const last = rows.at(-1)
  return { rows, nextPageToken: found.length > size && last !== undefined ? Buffer.from(keyOf(last)).toString('base64url') : undefined }
}

/** The key after which the page begins. Opaque to callers, and of no use beyond what they may list anyway. */
export function pageKey({ pageToken }: Page): string | undefined {
  if (pageToken === undefined) return undefined
  const key = Buffer.from(pageToken, 'base64url').toString('utf8')
  if (pageToken.length > MAX_CHARS || key === '' || Buffer.from(key).toString('base64url') !== pageToken) throw new HearthError('INVALID_ARGUMENT', 'The page token is not readable')
  return key
}
