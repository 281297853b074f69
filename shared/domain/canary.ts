import * as z from 'zod'
import { arnGlobs } from './arn-globs.ts'
import type { Finding } from './finding.ts'
import { partyOf } from './report.ts'
import type { Identity } from './signal.ts'
import type { Verdict } from './verdict.ts'

/**
 * The path in which every user is a canary by default. It is written into the event rules, so calls of these users are delivered by any stack, whatever the policy says
 * of other users.
 */
export const CANARY_PATH = '/countersign-canary/'

/** The users of that path, of any account and partition. */
export const IN_CANARY_PATH = `arn:*:iam::*:user${CANARY_PATH}*`

/** How the names of the users of drills begin. */
export const DRILL_NAME = 'countersign-drill-'

/** The user of a drill, in any account and partition: directly in the path, because whoever makes a user may write colons and slashes into another one. */
const DRILL_USER = new RegExp(`^arn:[^:]+:iam::\\d{12}:user${CANARY_PATH}${DRILL_NAME}[^/:]+$`)

/** The detector of a canary's use. */
export const CANARY_USED = 'canary-used'

/** A pattern of a user's ARN with at least three letters or digits in a row behind `user/`: one that names everybody would stop everybody. */
const CanaryPattern = z
  .string()
  .max(2048)
  .regex(/^arn:[a-z*-]{1,20}:iam::(?:\d{12}|\*):user\/.*[A-Za-z0-9]{3}/, {
    error: `must be the ARN of users with a path or name of three letters or more, such as ${IN_CANARY_PATH}: a canary is a user without work, and never every user`,
  })

/** The users that have no work: whoever uses a credential of one is an intruder. Declared here and nowhere else, so no tag makes a user a canary. */
export const Canaries = z.strictObject({ users: z.array(CanaryPattern).max(200).default([IN_CANARY_PATH]) })
export type Canaries = z.infer<typeof Canaries>

/** What of a policy says who is a canary. */
interface Declares {
  readonly canaries: Canaries
}

/** True where a policy declares that a user of this ARN is a canary. */
export function isCanaryArn({ canaries }: Declares, arn: string): boolean {
  return canaries.users.some((pattern) => arnGlobs(pattern, arn))
}

/** True for a user that a policy declares a canary by the name that it has now. */
export function isCanary(policy: Declares, { kind, id }: Pick<Identity, 'kind' | 'id'>): boolean {
  return kind === 'iam-user' && isCanaryArn(policy, id)
}

/**
 * True for an incident of a drill that a person has released, whose verdict says nothing of how right decisions are. The name alone, which anybody who creates users can
 * give, makes no incident one: a person has to have said that it was legitimate.
 */
export function isReleasedDrill({ identity, verdict }: { readonly identity: Identity; readonly verdict: Verdict | undefined }): boolean {
  return verdict?.kind === 'legitimate' && identity.kind === 'iam-user' && DRILL_USER.test(identity.id)
}

/** Who or what confirms a finding, in words that follow "confirmed by". */
export function confirmedBy({ detector, reportedBy }: Pick<Finding, 'detector' | 'reportedBy'>): string {
  return detector === CANARY_USED ? 'the use of a canary, which has no work' : partyOf(reportedBy)
}
