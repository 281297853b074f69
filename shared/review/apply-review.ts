import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import type { IncidentEvent } from '../domain/incident-event.ts'
import { moved } from '../domain/incident-machine.ts'
import type { DecidingReview } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { headOf } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { acceptPatterns } from './accept-patterns.ts'
import { basisOf, type Extension } from './review-entry.ts'
import type { ReviewPorts } from './reviewer.ts'

/** Postpones reminders and expiry to the end of the extension, when they start over. Does nothing when the incident has left the state meanwhile. */
export function applyExtension(stored: Versioned<Incident>, entry: Change, { incidents }: ReviewPorts): Promise<Versioned<Incident>> {
  const { state } = stored.value
  const { until } = entry.to as Extension
  const extended = (incident: Incident) =>
    incident.state === state ? withEntry(moved(incident, { kind: 'extended', until }), entry) : undefined
  return updateIncident(stored, extended, incidents)
}

/**
 * Applies the verdict or order of a record entry to the incident.
 *
 * Throws `incident.state` when the incident changed meanwhile, so that the verdict no longer applies.
 */
export async function applyVerdict(
  stored: Versioned<Incident>,
  entry: Change,
  kind: DecidingReview,
  { incidents, record }: ReviewPorts,
): Promise<Versioned<Incident>> {
  const before = stored.value.state
  // Before the incident is written, so that a run that breaks off in between accepts the same again.
  const accepted = kind === 'legitimate' ? await acceptPatterns(stored.value, entry, record) : []
  const event = eventOf(stored.value, entry, { kind, accepted })
  const applied = (incident: Incident) =>
    incident.state === before && !isApplied(incident, entry) ? withEntry(moved(incident, event), entry) : undefined
  const changed = await updateIncident(stored, applied, incidents)
  if (changed.value.state !== entry.to || (event.kind !== 'ordered' && changed.value.verdict?.at !== entry.at))
    throw new ResponderError(
      'incident.state',
      `incident ${stored.value.id} changed from ${before} to ${changed.value.state} meanwhile; review it again`,
    )
  return changed
}

function eventOf(
  incident: Incident,
  { actor: by, why: reason, at, to }: Change,
  { kind, accepted }: { kind: DecidingReview; accepted: NonNullable<Verdict['accepted']> },
): IncidentEvent {
  if (kind === 'contain') return { kind: 'ordered' }
  const about = { by, reason, at, answered: basisOf(incident) }
  return kind === 'legitimate'
    ? { kind, verdict: { kind, ...about, ...(accepted.length === 0 ? {} : { accepted }) } }
    : { kind, verdict: { kind, ...about }, isRotating: to === 'rotating' }
}

function isApplied({ verdict }: Incident, { at, actor }: Change): boolean {
  return verdict?.at === at && verdict.by === actor
}

/** Sets the chain head of an incident to the entry, unless contain has written a later head meanwhile. */
function withEntry(incident: Incident | undefined, entry: Change): Incident | undefined {
  if (incident === undefined || incident.head.number > entry.number) return incident
  return { ...incident, head: headOf(entry) }
}
