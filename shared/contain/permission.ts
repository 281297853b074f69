import { foreignAccount } from '../decide/decide.ts'
import type { Bounds } from '../domain/bounds.ts'
import type { Incident } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import { RefusedInAccount } from '../errors.ts'
import type { ActingIn } from '../ports/accounts.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { approvedSteps } from './plan.ts'
import { isRestriction } from './steps/quarantine.ts'
import type { Step, StepValue } from './steps/step.ts'
import { isWholeDeny } from './steps/steps.ts'
import { strangerIn } from './stranger.ts'
import { boundsOf, issuedBy, type Known, keyOf, ownBounds, refusalFor, subjectOf } from './subjects.ts'

/** What is written: a containment, or a restriction, which a policy allows earlier. */
export type Measure = 'containment' | 'restriction'

/** Which of the two a value of a step is. */
export function measureOf(value: StepValue): Measure {
  return isRestriction(value) ? 'restriction' : 'containment'
}

/** Why a step may not be written now, or undefined where it may; `isThere` says whether IAM shows the user or role of a step. */
export interface Permission {
  refusalOf(step: Step): string | undefined
  isThere(step: Step): boolean
}

/**
 * What the policy in force, protection and a person's order allow to be written on an incident now, read afresh.
 *
 * Respond may write the state of an incident, its lineage and its chain. So whatever is written beside a run of `contain` or `restrict`, and is not known to have
 * been written by one, asks for what such a run asks for: first for the bounds of the incident's own identity, then for those of whom the step is on.
 */
export async function permissionFor(
  incident: Incident,
  steps: readonly Step[],
  of: Measure,
  { policy, ports }: { policy: Policy; ports: ContainPorts },
): Promise<Permission> {
  const foreign = foreignAccount(incident.identity, ports)
  if (foreign !== undefined) return { refusalOf: () => foreign, isThere: () => false }
  const reading = Promise.all([
    ownBounds(incident, policy, ports),
    boundsOf(
      steps.map(({ subject }) => subject),
      incident,
      policy,
      ports,
    ),
  ])
  const read = await reading.catch((cause: unknown) => {
    if (cause instanceof RefusedInAccount) return cause.message
    throw cause
  })
  if (typeof read === 'string') return { refusalOf: () => read, isThere: () => false }
  const [{ bounds, known: own }, others] = read
  const subject = subjectOf(incident)
  const ownKey = subject && keyOf(subject)
  const whole = incidentRefusal(incident, bounds, { of, acting: ports })
  const issued = issuedBy(incident)
  const approved = new Set(approvedSteps(incident).map(({ target }) => target))
  const stepRefusal = (step: Step): string | undefined => {
    const key = keyOf(step.subject)
    if (key === ownKey) return own === undefined ? undefined : strangerIn(incident, step.subject, own)
    const known = others.get(key)
    if (of === 'restriction') return restrictionRefusal(known)
    return refusalFor(known, { issued: issued.get(key), isApproved: approved.has(step.target), isWhole: isWholeDeny(step) })
  }
  return {
    refusalOf: (step) => whole ?? stepRefusal(step),
    isThere: (step) => others.get(keyOf(step.subject))?.isThere === true,
  }
}

/** Why nothing of an incident is contained or restricted, or undefined where it may be. `bounds` are those of its own identity. */
export function incidentRefusal(
  { identity }: Incident,
  bounds: Bounds | undefined,
  { of, acting }: { of: Measure; acting: ActingIn },
): string | undefined {
  const foreign = foreignAccount(identity, acting)
  if (foreign !== undefined) return foreign
  if (bounds === undefined) return `nothing here that can be ${of === 'containment' ? 'contained' : 'restricted'} by API`
  if (of === 'restriction') return boundsRefusal(bounds)
  if (bounds.protection !== undefined) return bounds.protection
  return bounds.mode === 'contain' ? undefined : `mode ${bounds.mode} of tier ${bounds.tier} does not contain`
}

/** Why a user or role is not restricted, or undefined where it is. */
export function restrictionRefusal(known: Known | undefined): string | undefined {
  return known === undefined ? 'its tags and path could not be read' : boundsRefusal(known.bounds)
}

function boundsRefusal({ protection, approver, mode, tier }: Bounds): string | undefined {
  if (protection !== undefined) return protection
  if (approver !== undefined) return approver
  return mode === 'restrict' || mode === 'contain' ? undefined : `mode ${mode} of tier ${tier} does not restrict`
}
