import type { Incident } from '../domain/incident.ts'
import type { PlannedStep } from '../domain/progress.ts'
import { approvedSteps } from './plan.ts'
import { deniesMore } from './steps/quarantine.ts'
import { roleTrust } from './steps/role-trust.ts'
import type { Step, StepValue } from './steps/step.ts'
import { userBoundary } from './steps/user-boundary.ts'

/**
 * Why a step of contain's own is not set again to what the record says was set, or undefined where it may be. Respond may write the chain of an incident, so a
 * value of it is believed only where it contains. What stands is left where it denies all that and more, as where another run has set a later value. Only a person may have a
 * role's trust changed.
 */
export function refusalToSet(
  step: Step,
  { contained }: Pick<PlannedStep, 'contained'>,
  { now, incident, quarantinePolicyArn }: { now: StepValue; incident: Incident; quarantinePolicyArn: string | undefined },
): string | undefined {
  if (!step.isContaining(contained))
    return 'the record says that it was set to a value that contains nothing: not set; find out who wrote that'
  if (step.kind === userBoundary.kind && contained !== quarantinePolicyArn)
    return 'the record says that it was set to a policy that is not ours: not set; find out who wrote that'
  if (step.kind === roleTrust.kind && !approvedSteps(incident).some(({ target }) => target === step.target))
    return 'no order of a person stands for it: not set; look at it'
  // Who puts another document of our words in its place, which denies more in one part and less in the others, has changed it all the same.
  return takesFrom(now, contained) && !takesFrom(contained, now) ? MORE_STANDS : undefined
}

/** Said where a value that stands is left, because it denies more. */
export const MORE_STANDS = 'what stands denies more than the record says: left as it is; find out who changed one of them'

/** True where one value in place of another would let something through that the other denies. */
export function takesFrom(standing: StepValue, other: StepValue): boolean {
  return standing !== null && other !== null && deniesMore(standing, other)
}
