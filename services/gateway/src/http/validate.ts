import { HearthError } from '@hearth/errors'
import type { z } from 'zod'

/** The parsed value; throws INVALID_ARGUMENT naming each field that is wrong. */
export function validate(schema: z.ZodType | undefined, value: unknown, where: 'path' | 'query' | 'body'): unknown {
  if (schema === undefined) return {}
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.length === 0 ? where : path.join('.')}: ${message}`)
  throw new HearthError('INVALID_ARGUMENT', `Invalid ${where}: ${problems.join('; ')}`)
}
