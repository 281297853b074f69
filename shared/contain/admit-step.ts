import type { Incident } from '../domain/incident.ts'
import { incidentOfPolicy } from '../domain/own-policy.ts'
import type { PlannedStep } from '../domain/progress.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { recordGone } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { iamOf } from './in-account.ts'
import { measureOf, permissionFor } from './permission.ts'
import { MORE_STANDS, takesFrom } from './refusal-to-set.ts'
import { reservePlace } from './reserve-place.ts'
import { rolePolicy } from './steps/role-policy.ts'
import { isSameValue, type Step, type StepValue } from './steps/step.ts'
import { stepFor } from './steps/steps.ts'
import { userPolicy } from './steps/user-policy.ts'

/** Whether a step is verified as one of contain's own, and otherwise what a person is told of it, where there is something to tell. */
export interface Admission {
  readonly isAdmitted: boolean
  readonly doubt?: string | undefined
}

const ADMITTED: Admission = { isAdmitted: true }
const LEFT: Admission = { isAdmitted: false }

interface Context {
  readonly changeLog: ChangeLog
  readonly inForce: PolicyInForce & { readonly users: number }
}

/**
 * Decides of each step that an incident's chain says was applied whether contain sets it again. Its own steps are set again whatever the policy says by now.
 * Of what is in the incident's chain alone, respond may have written all: a policy of the incident's name that stands as the chain says was put there by
 * somebody who may change IAM, which respond may not, so it becomes contain's own; anything else has to be allowed now, and takes a place of the breaker.
 */
export async function admitter(
  incident: Incident,
  standing: readonly PlannedStep[],
  context: Context,
  ports: ContainPorts,
): Promise<(planned: PlannedStep) => Promise<Admission>> {
  const { own } = context.changeLog
  // Another run may have planned some of them since this one began.
  if (standing.some((planned) => !own.has(planned))) await own.read()
  return async (planned) => (own.has(planned) ? ADMITTED : admitUnproven(incident, planned, context, ports))
}

async function admitUnproven(incident: Incident, planned: PlannedStep, context: Context, ports: ContainPorts): Promise<Admission> {
  const { changeLog } = context
  const { contained, before, isDone, target } = planned
  const step = stepFor(target)
  // What contains nothing is told by whoever would set it.
  if (step === undefined || !step.isContaining(contained)) return ADMITTED
  const now = await step.read(iamOf(step.subject, ports))
  if (now === null && step.isCredential) {
    if (isDone) await recordGone(step, changeLog)
    return LEFT
  }
  if (isSameValue(now, contained)) {
    if (!isPolicyOf(incident, step) || before !== null) return LEFT
    await changeLog.own.note(planned, 'it stands in IAM as the record says')
    return ADMITTED
  }
  // Only a person may have less denied: what nobody proves takes nothing from what stands. What was never set needs no word.
  if (takesFrom(now, contained)) return isDone ? { isAdmitted: false, doubt: MORE_STANDS } : LEFT
  const refusal = await refusalNow(incident, { ...step, contained: () => contained }, { contained, inForce: context.inForce }, ports)
  if (refusal === undefined) {
    await changeLog.own.note(planned, 'the policy in force allows it')
    return ADMITTED
  }
  return {
    isAdmitted: false,
    doubt: `not as the incident's record says, and that contain ever set it is not known: ${refusal}: left as it is; find out who wrote that`,
  }
}

async function refusalNow(
  incident: Incident,
  step: Step,
  { contained, inForce }: { contained: StepValue; inForce: Context['inForce'] },
  ports: ContainPorts,
): Promise<string | undefined> {
  const measure = measureOf(contained)
  const permission = await permissionFor(incident, [step], measure, { policy: inForce.policy, ports })
  return permission.refusalOf(step) ?? (await reservePlace(incident, inForce, ports, measure))
}

/** True for a step that sets the inline policy which has the incident's id in its name. */
function isPolicyOf({ id }: Incident, { target }: Step): boolean {
  const policyName = userPolicy.parse(target)?.policyName ?? rolePolicy.parse(target)?.policyName
  return policyName !== undefined && incidentOfPolicy(policyName) === id
}
