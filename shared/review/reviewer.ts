import { isApprover, needsSecond, type Reviewer, slackUserOf } from '../domain/approval.ts'
import type { Incident } from '../domain/incident.ts'
import { type IncidentEventKind, statesBefore } from '../domain/incident-machine.ts'
import type { Policy, ReviewKind } from '../domain/policy.ts'
import { revisionOf } from '../domain/revision.ts'
import { ResponderError } from '../errors.ts'
import type { ContainInvoker, RotateInvoker } from '../ports/invokers.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore, Versioned } from '../ports/stores.ts'
import { readPolicy } from '../record/policy-in-force.ts'

export interface ReviewPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly containInvoker: ContainInvoker
  /** Undefined where keys are not made anew. */
  readonly rotateInvoker?: RotateInvoker | undefined
  readonly clock: Clock
}

/** What a reviewer says of an incident, before it is dated. `revision` binds it to what the reviewer saw. */
export interface Review extends Reviewer {
  readonly kind: ReviewKind
  readonly reason: string
  readonly revision?: string | undefined
  /** Only of `extend`: for how long; the policy's most where it is not said. */
  readonly hours?: number | undefined
}

/** What each thing that a reviewer says does to an incident. */
export const EVENT_OF: Readonly<Record<ReviewKind, IncidentEventKind>> = {
  legitimate: 'legitimate',
  compromised: 'compromised',
  contain: 'ordered',
  extend: 'extended',
}

export async function findIncident(incidentId: string, { incidents }: Pick<ReviewPorts, 'incidents'>): Promise<Versioned<Incident>> {
  const stored = await incidents.get(incidentId)
  if (stored !== undefined) return stored
  throw new ResponderError('incident.unknown', `no incident ${incidentId}; \`countersign incidents\` lists the open ones`)
}

/** Throws `review.forbidden` where the policy does not let this person say this. */
export function checkReviewer({ decision }: Incident, said: Reviewer & { readonly kind: ReviewKind }, policy: Policy): void {
  if (!isApprover(policy, said, { kind: said.kind, tier: decision.tier }))
    throw new ResponderError('review.forbidden', `${said.by} is not among the policy's approvers: ${approversOf(policy, said)}`)
}

/** Throws where this cannot be said of the incident as it stands, or was said of another state of it. */
export function checkFits(incident: Incident, said: Review): void {
  const { id, state, verdict } = incident
  const when = statesBefore(EVENT_OF[said.kind])
  if (!when.includes(state) && verdict !== undefined)
    throw new ResponderError('incident.state', `incident ${id} is ${state} already, by ${verdict.by} at ${verdict.at}: ${verdict.reason}`)
  if (!when.includes(state))
    throw new ResponderError('incident.state', `incident ${id} is ${state}: a verdict of ${said.kind} is for ${when.join(', ')}`)
  if (said.revision !== undefined && said.revision !== revisionOf(incident))
    throw new ResponderError('review.stale', `incident ${id} has changed since that message: it is ${state} now; look at it again`)
}

function approversOf({ approvers, slack }: Policy, { by }: Reviewer): string {
  return slackUserOf(by) !== undefined ? `slack.approvers has ${slack.approvers.length} rules, and none for this` : approvers.join(', ')
}

/** The incident, where this person alone may say this of it. */
export async function mayReview(
  incidentId: string,
  said: Reviewer & { readonly kind: ReviewKind; readonly reason: string },
  ports: Pick<ReviewPorts, 'incidents' | 'record'>,
): Promise<Versioned<Incident>> {
  if (said.reason.trim() === '') throw new ResponderError('usage', 'a verdict needs a reason: --reason "why"')
  const [stored, { policy }] = await Promise.all([findIncident(incidentId, ports), readPolicy(ports.record)])
  checkReviewer(stored.value, said, policy)
  if (needsSecond(policy, { kind: said.kind, tier: stored.value.decision.tier }))
    throw new ResponderError(
      'review.second',
      `the policy wants two people to say ${said.kind} here, and this cannot be said by two: do it by hand, or change fourEyes`,
    )
  return stored
}
