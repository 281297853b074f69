import * as z from 'zod'
import { ResponderError } from '../errors.ts'

/** True for a text without a word: nothing, white space, signs that nobody sees, or marks such as the `…` that printed commands show where a person is to write. */
export function isWordless(text: string): boolean {
  return /^[\p{Z}\p{C}\p{P}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text)
}

/** Why a person decides something, for the record: any text with a word in it, and not the `…` that printed commands show in its place. */
export const Reason = z.string().refine((text) => !isWordless(text), {
  error: ({ input }) =>
    typeof input === 'string' && /[\p{P}]/u.test(input)
      ? 'this needs a reason, which the record keeps: write why in the place of "…"'
      : 'this needs a reason, which the record keeps: --reason "why"',
})

/** Throws `usage` where a person gives no reason. */
export function requireReason({ reason }: { readonly reason: string }): void {
  const { error } = Reason.safeParse(reason)
  if (error !== undefined) throw new ResponderError('usage', error.issues.map(({ message }) => message).join('; '))
}
