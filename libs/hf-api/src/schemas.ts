import { z } from 'zod'
import { REPO_KINDS } from './repo-kind.ts'

const TRUE = new Set(['true', '1', 'yes', ''])
const FALSE = new Set(['false', '0', 'no'])

function toBoolean(value: unknown): unknown {
  const last = Array.isArray(value) ? value.at(-1) : value
  if (typeof last === 'number') return last === 1 ? true : last === 0 ? false : last
  if (typeof last !== 'string') return last
  const folded = last.toLowerCase()
  return TRUE.has(folded) ? true : FALSE.has(folded) ? false : last
}

/** A boolean as every client generation writes it: true, True, 1. */
export const flag = z.preprocess(toBoolean, z.boolean().optional())

/** A key that may be repeated (`k=a&k=b`, `k[]=a`). */
export const list = z.preprocess((value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]), z.array(z.string().max(1024)).max(1000))

/** A key of which the last one counts. */
export const text = z.preprocess((value) => (Array.isArray(value) ? value.at(-1) : value), z.string().max(8192).optional())

/** A whole number from 0. */
export const count = z.preprocess((value) => {
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' && /^\d{1,9}$/.test(last) ? Number(last) : last
}, z.number({ error: 'a whole number from 0 to 999999999 is expected' }).int().min(0).optional())

export const date = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
/** A point in time as a client writes it: ISO 8601 with its zone. */
export const moment = z.string().max(40).regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/, 'must be a time such as 2030-01-31T12:00:00Z')
export const accountName = z.string().min(1).max(96)
export const gitOid = z.string().regex(/^[0-9a-f]{40}$/)
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const objectId = z.string().regex(/^[0-9a-f]{24}$/)
export const absoluteUrl = z.string().regex(/^https?:\/\//)

export const kind = z.enum(REPO_KINDS)
/** `namespace/name`, or an alias of one segment. */
export const repoPath = z.string().min(1).max(200).regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)?$/)
export const revision = z.string().min(1).max(1024)
export const filePath = z.string().max(4096)

export const repoParams = z.object({ kind, repo: repoPath })
export const revisionParams = z.object({ kind, repo: repoPath, revision })
export const pathParams = z.object({ kind, repo: repoPath, revision, path: filePath })
export const optionalPathParams = z.object({ kind, repo: repoPath, revision, path: filePath.optional() })

/** Any JSON object; clients ignore it. */
export const acknowledged = z.looseObject({})
