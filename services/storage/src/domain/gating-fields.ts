import { HearthError } from '@hearth/errors'

/** What a person filled in on the form of a gated repo. */
export interface AccessField {
  readonly name: string
  readonly value: string | number | boolean
}

const MAX_FIELDS = 50
const MAX_NAME_CHARS = 200
const MAX_TEXT_CHARS = 2000
const MAX_BYTES = 8 * 1024

/** The fields as they are kept. Throws INVALID_ARGUMENT for what is too much. */
export function boundFields(fields: readonly AccessField[]): readonly AccessField[] {
  const kept = fields.map((field) => ({ name: withoutNul(field.name).trim(), value: typeof field.value === 'string' ? withoutNul(field.value) : field.value }))
  if (kept.length > MAX_FIELDS) throw tooMuch(`at most ${MAX_FIELDS} fields can be sent`)
  if (kept.some(({ name }) => name === '' || name.length > MAX_NAME_CHARS)) throw tooMuch(`the name of a field has 1 to ${MAX_NAME_CHARS} characters`)
  if (kept.some(({ value }) => typeof value === 'string' && value.length > MAX_TEXT_CHARS)) throw tooMuch(`the text of a field has at most ${MAX_TEXT_CHARS} characters`)
  if (kept.some(({ value }) => typeof value === 'number' && !Number.isFinite(value))) throw tooMuch('a number is expected to be finite')
  if (new Set(kept.map(({ name }) => name)).size !== kept.length) throw tooMuch('each field can be sent once')
  if (Buffer.byteLength(JSON.stringify(kept)) > MAX_BYTES) throw tooMuch(`all fields together have at most ${MAX_BYTES} bytes`)
  return kept
}

const MAX_REASON_CHARS = 1000

export function boundReason(reason: string | undefined): string | undefined {
  const text = reason === undefined ? '' : withoutNul(reason).trim()
  if (text.length > MAX_REASON_CHARS) throw new HearthError('INVALID_ARGUMENT', `rejectionReason: at most ${MAX_REASON_CHARS} characters are taken`)
  return text === '' ? undefined : text
}

function tooMuch(message: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', `fields: ${message}`)
}

/** PostgreSQL keeps no U+0000 in text. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}
