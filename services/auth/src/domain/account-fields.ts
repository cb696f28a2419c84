import { HearthError } from '@hearth/errors'
import { findNameProblem } from '@hearth/ids'
import { z } from 'zod'

/** The fields of accounts and tokens, wherever they come from: bounds and messages are the same. */
export const nameField = z.string().superRefine((text, ctx) => {
  const problem = findNameProblem(text)
  if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem })
})

export const fullNameField = z.string().trim().min(1, 'must not be empty').max(200)
export const emailField = z.string().trim().max(320).regex(/^[^\s@]+@[^\s@]+$/, 'must be a mail address')
export const passwordField = z.string().min(8, 'must have 8 characters or more').max(1024, 'must not have more than 1024 characters')
export const tokenNameField = z.string().trim().min(1, 'must not be empty').max(200)

/** The value as the field takes it. Throws INVALID_ARGUMENT naming the field, never quoting the value. */
export function parseField<T extends z.ZodType>(schema: T, value: unknown, label: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new HearthError('INVALID_ARGUMENT', `${label}: ${parsed.error.issues[0]?.message ?? 'is not valid'}`)
  return parsed.data
}
