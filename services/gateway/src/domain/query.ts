export type Query = Record<string, string | string[]>

/** Reads a query or a form; `k[]=a` means `k=a`, a repeated key becomes a list. */
export function parseQuery(text: string): Query {
  const query: Query = Object.create(null) as Query
  for (const [rawKey, value] of new URLSearchParams(text)) {
    const key = rawKey.endsWith('[]') ? rawKey.slice(0, -2) : rawKey
    const known = query[key]
    if (known === undefined) query[key] = value
    else if (Array.isArray(known)) known.push(value)
    else query[key] = [known, value]
  }
  return query
}
