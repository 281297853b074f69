import { globs } from '../domain/glob.ts'
import type { Incident, Verdict } from '../domain/incident.ts'
import { type Policy, secretFor } from '../domain/policy.ts'
import { ResponderError } from '../errors.ts'
import type { ChangeRecord, Clock, ContainDoor, IncidentStore, RotateDoor, Versioned } from '../ports.ts'
import { updateIncident } from './incident-update.ts'
import { readPolicy } from './policy-source.ts'
import { append, headOf, incidentSubject } from './record.ts'

export interface ReviewPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly containDoor: ContainDoor
  /** Undefined where keys are not made anew. */
  readonly rotateDoor?: RotateDoor | undefined
  readonly clock: Clock
}

/** What a reviewer says of an incident, before it is dated. */
export type Review = Pick<Verdict, 'kind' | 'by' | 'reason'>

/**
 * Applies a verdict: `legitimate` gives back what was taken; `compromised` leaves it, has the keys made anew where the policy says so,
 * and closes the incident.
 */
export async function review(incidentId: string, { kind, by, reason }: Review, ports: ReviewPorts): Promise<Incident> {
  const { stored, policy } = await mayReview(incidentId, { by, reason }, ports)
  const before = stored.value.state
  const allowed =
    kind === 'legitimate' ? ['watching', 'asking', 'containing', 'contained', 'rotating', 'releasing'] : ['asking', 'contained']
  const { verdict: earlier } = stored.value
  if (!allowed.includes(before) && earlier !== undefined)
    throw new ResponderError(
      'incident.state',
      `incident ${incidentId} is ${before} already, by ${earlier.by} at ${earlier.at}: ${earlier.reason}`,
    )
  if (!allowed.includes(before)) {
    throw new ResponderError('incident.state', `incident ${incidentId} is ${before}: a verdict of ${kind} is for ${allowed.join(', ')}`)
  }
  const at = new Date(ports.clock.now()).toISOString()
  const verdict: Verdict = { kind, by, reason: reason.slice(0, 500), at }
  const isRotated = kind === 'compromised' && ports.rotateDoor !== undefined && isRotatable(stored.value, policy)
  const state = kind === 'legitimate' ? 'releasing' : isRotated ? 'rotating' : 'confirmed'
  const subject = incidentSubject(incidentId)
  const entry = await append(ports.record, subject, {
    at,
    actor: by,
    kind: 'verdict',
    target: `incident:${incidentId}`,
    from: before,
    to: state,
    why: verdict.reason,
  })
  const changed = await updateIncident(
    stored,
    (incident) => (incident.state === before ? { ...incident, state, verdict, head: headOf(entry) } : undefined),
    ports.incidents,
  )
  if (changed.value.verdict?.at !== at) {
    throw new ResponderError('incident.state', `incident ${incidentId} became ${changed.value.state} meanwhile: look at it again`)
  }
  // The sweep of the watch calls again where one of these fails.
  if (state !== 'confirmed') await ports.containDoor.contain(incidentId)
  if (state === 'rotating') await ports.rotateDoor?.rotate(incidentId)
  return changed.value
}

/** Only what was contained is made anew: a key that is still on would go on beside the new one. */
function isRotatable({ identity, credentials, containedAt }: Incident, policy: Policy): boolean {
  const hasKey = credentials.some(({ kind }) => kind === 'access-key')
  return identity.kind === 'iam-user' && hasKey && containedAt !== undefined && secretFor(policy, identity) !== undefined
}

/** The incident and the policy, where this person may say something of it. */
export async function mayReview(
  incidentId: string,
  { by, reason }: Pick<Review, 'by' | 'reason'>,
  ports: Pick<ReviewPorts, 'incidents' | 'record'>,
): Promise<{ readonly stored: Versioned<Incident>; readonly policy: Policy }> {
  const stored = await ports.incidents.get(incidentId)
  if (stored === undefined)
    throw new ResponderError('incident.unknown', `no incident ${incidentId}; \`countersign incidents\` lists the open ones`)
  if (reason.trim() === '') throw new ResponderError('usage', 'a verdict needs a reason: --reason "why"')
  const { policy } = await readPolicy(ports.record)
  if (policy.approvers.length > 0 && !policy.approvers.some((pattern) => globs(pattern, by))) {
    throw new ResponderError('incident.state', `${by} is not among the policy's approvers: ${policy.approvers.join(', ')}`)
  }
  return { stored, policy }
}
