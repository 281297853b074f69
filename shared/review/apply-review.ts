import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { type IncidentEvent, moved } from '../domain/incident-machine.ts'
import type { DecidingReview } from '../domain/policy.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { headOf } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { basisOf, type Extension } from './review-entry.ts'
import type { ReviewPorts } from './reviewer.ts'

/** Puts off what happens where nobody answers, and has it begin anew then. A state that changed meanwhile needs no more time. */
export function applyExtension(stored: Versioned<Incident>, entry: Change, { incidents }: ReviewPorts): Promise<Versioned<Incident>> {
  const { state } = stored.value
  const { until } = entry.to as Extension
  const extended = (incident: Incident) =>
    incident.state === state ? withEntry(moved(incident, { kind: 'extended', until }), entry) : undefined
  return updateIncident(stored, extended, incidents)
}

/** Makes the incident what the record's entry says. */
export async function applyVerdict(
  stored: Versioned<Incident>,
  entry: Change,
  kind: DecidingReview,
  { incidents }: ReviewPorts,
): Promise<Versioned<Incident>> {
  const before = stored.value.state
  const event = eventOf(stored.value, entry, kind)
  const applied = (incident: Incident) =>
    incident.state === before && !isApplied(incident, entry) ? withEntry(moved(incident, event), entry) : undefined
  const changed = await updateIncident(stored, applied, incidents)
  if (changed.value.state !== entry.to || (event.kind !== 'ordered' && changed.value.verdict?.at !== entry.at))
    throw new ResponderError('incident.state', `incident ${stored.value.id} became ${changed.value.state} meanwhile: look at it again`)
  return changed
}

function eventOf(incident: Incident, { actor: by, why: reason, at, to }: Change, kind: DecidingReview): IncidentEvent {
  if (kind === 'contain') return { kind: 'ordered' }
  const about = { by, reason, at, answered: basisOf(incident) }
  return kind === 'legitimate'
    ? { kind, verdict: { kind, ...about } }
    : { kind, verdict: { kind, ...about }, isRotating: to === 'rotating' }
}

function isApplied({ verdict }: Incident, { at, actor }: Change): boolean {
  return verdict?.at === at && verdict.by === actor
}

/** Contain may have written the incident with a later end of its chain meanwhile. */
function withEntry(incident: Incident | undefined, entry: Change): Incident | undefined {
  if (incident === undefined || incident.head.number > entry.number) return incident
  return { ...incident, head: headOf(entry) }
}
