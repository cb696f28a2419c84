import { HearthError } from '@hearth/errors'

/** Opaque to callers: base64url of a JSON array. What it says is checked again wherever it is used. */
export function encodePageToken(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

const MAX_TOKEN_CHARS = 20_000

/** Throws INVALID_ARGUMENT unless the token holds exactly parts of these types. */
export function decodePageToken(token: string, shape: readonly ('string' | 'number')[]): (string | number)[] {
  const parts = token.length > MAX_TOKEN_CHARS ? undefined : parse(token)
  const fits = parts?.length === shape.length && parts.every((part, index) => typeof part === shape[index] && (typeof part !== 'number' || Number.isFinite(part)))
  if (!fits) throw new HearthError('INVALID_ARGUMENT', 'The page token is not one of ours')
  return parts
}

function parse(token: string): (string | number)[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The page size to use: `asked` or `byDefault`, at least 1, at most `max`. */
export function pageSizeOf(asked: number | undefined, byDefault: number, max: number): number {
  return Math.min(Math.max(Math.trunc(asked ?? byDefault), 1), max)
}
