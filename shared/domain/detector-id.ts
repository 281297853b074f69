import * as z from 'zod'

/** Begins the id of a rule that operators wrote themselves; every other id is one of the catalogue. */
export const RULE_PREFIX = 'rule:'

/** What is found of a record that the rules could not be compared with. No file is this rule. */
export const UNCOMPARED_RULE = 'rule:not-compared'

/** The id of a detector: of the catalogue, such as `new-country`, or of an operator's own rule, such as `rule:iam-user-from-vpn`. */
export const DetectorId = z
  .string()
  .regex(
    /^(?:rule:)?[a-z0-9][a-z0-9-]{0,59}$/,
    'must be the id of a detector: a-z, 0-9 and -, 60 at most, of an own rule with rule: before it',
  )
export type DetectorId = z.infer<typeof DetectorId>

/** True for the id of an operator's own rule, which no catalogue of a release lists. */
export function isRuleId(id: string): boolean {
  return id.startsWith(RULE_PREFIX)
}
