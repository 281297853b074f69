import type { z } from 'zod'
import { ResponderError } from '../../shared/errors.ts'

/** Reads the fields of a form or a query. Throws `usage` with the first that is wrong. */
export function readForm<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ResponderError('usage', `${issue?.path.join('.') || 'the form'}: ${issue?.message ?? 'not understood'}`)
}
