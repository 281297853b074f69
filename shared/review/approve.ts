import { closingOf } from '../contain/plan.ts'
import type { Incident } from '../domain/incident.ts'
import { moved, statesBefore } from '../domain/incident-machine.ts'
import { ResponderError } from '../errors.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { mayReview, type ReviewPorts } from './reviewer.ts'

/**
 * Has a change of what was there before set back, which contain makes for nobody by itself: a role whose trust policy the
 * intruder changed is closed to principals from outside the account. `edgeId` is one of the incident's lineage.
 */
export async function approve(
  incidentId: string,
  { edgeId, by, reason }: { edgeId: string; by: string; reason: string },
  ports: ReviewPorts,
): Promise<Incident> {
  const stored = await mayReview(incidentId, { by, reason, kind: 'contain' }, ports)
  const { state, lineage, identity, approved } = stored.value
  const closable = lineage.filter((edge) => closingOf(edge, identity.account) !== undefined)
  if (!closable.some(({ id }) => id === edgeId)) {
    const choice = closable.length === 0 ? 'it has none' : closable.map(({ id }) => JSON.stringify(id)).join(', ')
    throw new ResponderError(
      'usage',
      `incident ${incidentId} has no change ${JSON.stringify(edgeId)} that can be set back by itself: ${choice}`,
    )
  }
  const before = statesBefore('approved')
  if (!before.includes(state))
    throw new ResponderError('incident.state', `incident ${incidentId} is ${state}: a change is set back while it is ${before.join(', ')}`)
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
  const changed = await updateIncident(
    stored,
    (incident) => {
      const next = moved(incident, { kind: 'approved', edgeId })
      return next && { ...next, head: headOf(entry) }
    },
    ports.incidents,
  )
  if (!changed.value.approved.includes(edgeId))
    throw new ResponderError('incident.state', `incident ${incidentId} became ${changed.value.state} meanwhile: look at it again`)
  await ports.containInvoker.contain(incidentId)
  return changed.value
}
