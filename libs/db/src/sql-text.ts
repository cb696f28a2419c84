/** A name as SQL writes it. Values never go into SQL text: they are parameters. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A value as SQL text, for the few statements that take no parameters (SET, ALTER ROLE). */
export function quoteLiteral(value: string): string {
  const body = value.replaceAll("'", "''")
  return body.includes('\\') ? `E'${body.replaceAll('\\', '\\\\')}'` : `'${body}'`
}

/** JSON for a jsonb column: PostgreSQL cannot store U+0000 there, so it is left out. */
export function toJsonb(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text.includes('\\u0000') ? stripNul(text) : text
}

/** Removes the escape but keeps an escaped backslash followed by the letters u0000. */
function stripNul(json: string): string {
  return json.replace(/\\(?:u0000|.)/g, (escape) => (escape === '\\u0000' ? '' : escape))
}
