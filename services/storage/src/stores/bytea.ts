import type { GitOid, Sha256 } from '@hearth/ids'

/** A hex id as a bytea parameter in text form: no Buffer is made for it. */
export function hexParam(hex: string): string {
  return `\\x${hex}`
}

/** Hex ids as one bytea[] parameter. Hex digits need no escapes. */
export function hexArrayParam(ids: readonly (GitOid | Sha256 | undefined)[]): string {
  return `{${ids.map((id) => (id === undefined ? 'NULL' : `"\\\\x${id}"`)).join(',')}}`
}

/** Byte strings as one bytea[] parameter. */
export function bytesArrayParam(values: readonly (Buffer | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'NULL' : `"\\\\x${value.toString('hex')}"`)).join(',')}}`
}
