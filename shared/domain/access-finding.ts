import * as z from 'zod'
import { Time } from './stored.ts'
import { minuteText } from './time.ts'

/** The most findings that are stored of one identity. */
export const ACCESS_FINDINGS = 20

/**
 * What IAM Access Analyzer has found of a user or role and nobody has resolved or archived. `type` as AWS names it, `since` epoch milliseconds, absent where it does not say.
 * @see https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_FindingSummaryV2.html
 */
export const AccessFinding = z.strictObject({ type: z.string().max(64), since: Time.exactOptional() }).readonly()
export type AccessFinding = z.infer<typeof AccessFinding>

const FACTS: ReadonlyMap<string, string> = new Map([
  ['ExternalAccess', 'can be used from outside the account or organisation that it trusts'],
  ['UnusedIAMRole', 'the role is not used'],
  ['UnusedIAMUserAccessKey', 'an access key of it is not used'],
  ['UnusedIAMUserPassword', 'its password is not used'],
  ['UnusedPermission', 'has rights that it does not use'],
])

/** A finding as a fact for people. One of a kind that is not known here is named as AWS names it. */
export function accessFact({ type, since }: AccessFinding): string {
  const what = FACTS.get(type) ?? `a finding of the kind ${type}`
  return since === undefined ? what : `${what}, since ${minuteText(since).slice(0, 10)}`
}
