import { isApprover, needsSecond } from '../../shared/domain/approval.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import { CANARY_PATH, DRILL_NAME, isCanaryArn } from '../../shared/domain/canary.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { DrillAccount } from '../../shared/ports/drill.ts'

/** The user that a drill would make, and what the policy says of it. */
export interface PlannedCanary {
  readonly path: string
  readonly name: string
  readonly arn: string
  readonly mode: Policy['mode']
  readonly tier: string
  /** Set where a second person has to give the verdict as well. */
  readonly needsSecond: boolean
}

/** A person who runs a drill, and what makes its user's name one that nobody else has. */
export interface DrillStart {
  readonly caller: string
  readonly random: string
  readonly now: number
}

/**
 * Plans the user. Throws where the policy says that it is no canary, that it is protected, or that the caller may not release it: such a drill would measure nothing,
 * or leave something contained.
 */
export function canaryFor(policy: Policy, account: Pick<DrillAccount, 'arnOf'>, { caller, random, now }: DrillStart): PlannedCanary {
  const name = `${DRILL_NAME}${random}`
  const arn = account.arnOf(CANARY_PATH, name)
  if (!isCanaryArn(policy, arn))
    throw new ResponderError(
      'usage',
      `the policy in force declares no canaries in ${CANARY_PATH}, so the use of ${arn} would not be confirmed: add 'arn:*:iam::*:user${CANARY_PATH}*' to canaries.users, and put the policy in force`,
    )
  const { mode, tier, protection } = boundsFor(policy, arn, {}, now)
  if (protection !== undefined)
    throw new ResponderError('usage', `${arn} would never be contained, ${protection}: take the path ${CANARY_PATH} out of protected`)
  const about = { kind: 'legitimate', tier } as const
  if (!isApprover(policy, { by: caller }, about))
    throw new ResponderError(
      'review.forbidden',
      `${caller} is not among the policy's approvers, so the drill could not release its own canary`,
    )
  return { path: CANARY_PATH, name, arn, mode, tier, needsSecond: needsSecond(policy, about) }
}
