import { textOf } from '../fields.ts'

/**
 * Unique ids of users begin with AIDA, those of roles with AROA; they have 16 to 128 characters.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
const PRINCIPAL_ID = /^A(?:ID|RO)A[A-Z0-9]{12,124}$/

/** IAM's unique id of a user or role in a field of a record; undefined for everything else. */
export function principalIdIn(value: unknown): string | undefined {
  return PRINCIPAL_ID.exec(textOf(value, 128) ?? '')?.[0]
}
