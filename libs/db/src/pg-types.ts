import pg from 'pg'

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082

/** int8 as a number. Throws when it does not fit: a rounded size or id is worse than an error. */
export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} is larger than a JavaScript integer`)
  return value
}

/** Type parsers of our connections only: int8 as number, date as text; everything else as pg reads it (bytea as Buffer). */
export const TYPES = new pg.TypeOverrides()
TYPES.setTypeParser(INT8, parseInt8)
TYPES.setTypeParser(INT8_ARRAY, (text: string) => parseInt8Array(text))
TYPES.setTypeParser(DATE, (text: string) => text)

function parseInt8Array(text: string): (number | null)[] {
  const body = text.slice(1, -1)
  return body === '' ? [] : body.split(',').map((item) => (item === 'NULL' ? null : parseInt8(item)))
}
