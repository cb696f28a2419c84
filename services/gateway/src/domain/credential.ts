export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string; readonly isBasic: boolean }
  /** A scheme that we do not know, or something unreadable. */
  | { readonly kind: 'unreadable' }

const MAX_TOKEN_CHARS = 4096

/** Reads an Authorization header: Bearer in any case and spacing; Basic with the token as password. Empty means nobody. */
export function parseAuthorization(header: string | undefined): Credential {
  const value = header?.trim() ?? ''
  if (value === '') return { kind: 'none' }
  const space = value.search(/\s/)
  const scheme = (space === -1 ? value : value.slice(0, space)).toLowerCase()
  const rest = space === -1 ? '' : value.slice(space).trim()
  if (scheme === 'bearer') return tokenOf(rest, false)
  if (scheme === 'basic') return tokenOf(passwordOf(rest), true)
  return { kind: 'unreadable' }
}

function tokenOf(text: string, isBasic: boolean): Credential {
  if (text === '') return { kind: 'none' }
  if (text.length > MAX_TOKEN_CHARS || /[^\x21-\x7e]/.test(text)) return { kind: 'unreadable' }
  return { kind: 'token', token: text, isBasic }
}

function passwordOf(encoded: string): string {
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1).trim()
}
