import { isApprover, needsSecond, type Reviewer, slackUserOf } from '../domain/approval.ts'
import type { Change } from '../domain/change.ts'
import { stateText } from '../domain/dismissal.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentEventKind } from '../domain/incident-event.ts'
import { statesBefore } from '../domain/incident-machine.ts'
import type { Policy, ReviewKind } from '../domain/policy.ts'
import { requireReason } from '../domain/reason.ts'
import { revisionOf } from '../domain/revision.ts'
import { secondText } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { ContainInvoker, RotateInvoker } from '../ports/invokers.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore, Versioned } from '../ports/stores.ts'
import { readPolicy } from '../record/policy-in-force.ts'

/** What a review needs. */
export interface ReviewPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly containInvoker: ContainInvoker
  /** Undefined when keys are not rotated. */
  readonly rotateInvoker?: RotateInvoker | undefined
  readonly clock: Clock
}

/** The input of a review. `revision` binds it to the version of the incident that the reviewer saw; undefined from the command line. */
export interface Review extends Reviewer {
  readonly kind: ReviewKind
  readonly reason: string
  readonly revision?: string | undefined
  /** Duration of `extend` in hours; defaults to the policy's maximum. */
  readonly hours?: number | undefined
}

/** The event of the incident machine that each kind of review causes. */
export const EVENT_BY_REVIEW: Readonly<Record<ReviewKind, IncidentEventKind>> = {
  legitimate: 'legitimate',
  compromised: 'compromised',
  contain: 'ordered',
  extend: 'extended',
}

/** Reads an incident. Throws `incident.unknown` when there is none with this id. */
export async function findIncident(incidentId: string, { incidents }: Pick<ReviewPorts, 'incidents'>): Promise<Versioned<Incident>> {
  const stored = await incidents.get(incidentId)
  if (stored !== undefined) return stored
  throw new ResponderError('incident.unknown', `there is no incident ${incidentId}; \`countersign incidents\` lists the open ones`)
}

/** Throws `review.forbidden` when the policy does not allow this person this kind of review. */
export function checkReviewer({ decision }: Incident, request: Reviewer & { readonly kind: ReviewKind }, policy: Policy): void {
  if (!isApprover(policy, request, { kind: request.kind, tier: decision.tier }))
    throw new ResponderError(
      'review.forbidden',
      `${request.by} is not among the policy's approvers for ${request.kind}: ${describeApprovers(policy, request)}`,
    )
}

/** Throws `incident.state` when the incident's state does not allow the review, and `review.stale` when the reviewer saw another revision. */
export function checkState(incident: Incident, request: Pick<Review, 'kind' | 'revision'>, changes: readonly Change[]): void {
  const { id, state, verdict } = incident
  const allowed = statesBefore(EVENT_BY_REVIEW[request.kind])
  if (!allowed.includes(state) && verdict !== undefined)
    throw new ResponderError(
      'incident.state',
      `incident ${id} is ${stateText(incident, changes)} already, by ${verdict.by} at ${secondText(Date.parse(verdict.at))}: ${verdict.reason}`,
    )
  if (!allowed.includes(state))
    throw new ResponderError(
      'incident.state',
      `incident ${id} is ${state}; ${request.kind} is allowed only while it is ${allowed.join(', ')}`,
    )
  if (request.revision !== undefined && request.revision !== revisionOf(incident))
    throw new ResponderError('review.stale', `incident ${id} has changed since you saw it: it is ${state} now; look at it again`)
}

function describeApprovers({ approvers, slack }: Policy, { by }: Reviewer): string {
  return slackUserOf(by) !== undefined
    ? `none of the ${slack.approvers.length} rules of slack.approvers fits`
    : `approvers are ${approvers.join(', ')}`
}

/**
 * Reads the incident when this person alone may give this review of it.
 *
 * Throws `usage` without a reason, `review.forbidden` for a person who is no approver, and `review.second` when the policy requires two people.
 */
export async function findReviewableIncident(
  incidentId: string,
  request: Reviewer & { readonly kind: ReviewKind; readonly reason: string },
  ports: Pick<ReviewPorts, 'incidents' | 'record'>,
): Promise<Versioned<Incident>> {
  requireReason(request)
  const [stored, { policy }] = await Promise.all([findIncident(incidentId, ports), readPolicy(ports.record)])
  checkReviewer(stored.value, request, policy)
  if (needsSecond(policy, { kind: request.kind, tier: stored.value.decision.tier }))
    throw new ResponderError(
      'review.second',
      `the policy (fourEyes) requires two people for ${request.kind} of incident ${incidentId}, and this command supports one; do it by hand, or change fourEyes`,
    )
  return stored
}
