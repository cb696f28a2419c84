import { HearthError } from '@hearth/errors'
import type { ObjectId, Sha256 } from '@hearth/ids'

const MAX_PARTS = 10_000

/** The part numbers of `{oid, parts: [{partNumber, etag}]}`; each etag must be the one that the part's PUT answered. */
export function parseCompletion(body: unknown, upload: { readonly uploadId: ObjectId; readonly sha256: Sha256 }): number[] {
  const { oid, parts } = asRecord(body, 'the body')
  if (typeof oid !== 'string' || oid.toLowerCase() !== upload.sha256) throw invalid('oid: it is not the object of this upload')
  if (!Array.isArray(parts) || parts.length > MAX_PARTS) throw invalid('parts: a list of {partNumber, etag} is expected')
  return parts.map((part: unknown, index) => {
    const { partNumber, etag } = asRecord(part, `parts[${index}]`)
    if (typeof partNumber !== 'number' || !Number.isSafeInteger(partNumber) || partNumber < 1) throw invalid(`parts[${index}].partNumber: a whole number from 1 is expected`)
    if (typeof etag !== 'string' || etag.replaceAll('"', '') !== `${upload.uploadId}-${partNumber}`) throw invalid(`parts[${index}].etag: it is not what the upload of this part answered`)
    return partNumber
  })
}

function asRecord(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name}: an object is expected`)
  return value as Readonly<Record<string, unknown>>
}

function invalid(message: string): HearthError {
  return new HearthError('INVALID_ARGUMENT', message)
}
