import { closingOf } from '../contain/plan.ts'
import { edgeKey, type Incident } from '../domain/incident.ts'
import { moved, statesBefore } from '../domain/incident-machine.ts'
import { ResponderError } from '../errors.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { orderReversal } from '../record/orders.ts'
import { updateIncident } from '../record/update-incident.ts'
import { findReviewableIncident, type ReviewPorts } from './reviewer.ts'

/**
 * Approves that contain reverses one change to a resource that existed before the incident, such as a role trust policy that the intruder opened
 * to another account. Contain never does this without approval. `edgeId` is the `edgeKey` of a lineage edge of the incident.
 *
 * Throws `usage` for an edge that cannot be reversed, and `incident.state` when the incident's state does not allow it.
 */
export async function approve(
  incidentId: string,
  { edgeId, by, reason }: { edgeId: string; by: string; reason: string },
  ports: ReviewPorts,
): Promise<Incident> {
  const stored = await findReviewableIncident(incidentId, { by, reason, kind: 'contain' }, ports)
  checkReversible(stored.value, edgeId)
  const { state, approved } = stored.value
  const at = new Date(ports.clock.now()).toISOString()
  const entry = await append(ports.record, incidentSubject(incidentId), {
    at,
    actor: by,
    kind: 'approval',
    target: `incident:${incidentId}`,
    from: approved,
    to: [...approved.filter((id) => id !== edgeId), edgeId],
    why: reason.slice(0, 500),
  })
  await orderReversal(incidentId, edgeId, entry, ports.record)
  const changed = await updateIncident(
    stored,
    (incident) => {
      const next = moved(incident, { kind: 'approved', edgeId })
      return next && { ...next, head: headOf(entry) }
    },
    ports.incidents,
  )
  if (!changed.value.approved.includes(edgeId))
    throw new ResponderError(
      'incident.state',
      `incident ${incidentId} changed from ${state} to ${changed.value.state} meanwhile; review it again`,
    )
  await ports.containInvoker.contain(incidentId)
  return changed.value
}

/** Throws `usage` when contain cannot reverse the edge, and `incident.state` when the incident's state does not allow it. */
function checkReversible({ id, state, lineage, identity }: Incident, edgeId: string): void {
  const reversible = lineage.filter((edge) => closingOf(edge, identity.account) !== undefined)
  if (!reversible.some((edge) => edgeKey(edge) === edgeId)) {
    const choice = reversible.length === 0 ? 'none' : reversible.map((edge) => JSON.stringify(edgeKey(edge))).join(', ')
    throw new ResponderError('usage', `incident ${id} has no reversible change ${JSON.stringify(edgeId)}; reversible changes: ${choice}`)
  }
  const before = statesBefore('approved')
  if (!before.includes(state))
    throw new ResponderError(
      'incident.state',
      `incident ${id} is ${state}; a change can be reversed only while it is ${before.join(' or ')}`,
    )
}
