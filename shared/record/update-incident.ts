import type { Incident } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'

/** Attempts to save before other writers count as a conflict. */
const ATTEMPTS = 8

/**
 * Changes a stored incident under optimistic locking. Returns the stored incident.
 *
 * `change` is called again with the newer incident when another writer was first. It returns undefined when nothing is left to change. Throws
 * `incident.conflict` after `ATTEMPTS` lost attempts, and `incident.unknown` when the incident was deleted.
 */
export async function updateIncident(
  stored: Versioned<Incident>,
  change: (incident: Incident) => Incident | undefined,
  incidents: IncidentStore,
): Promise<Versioned<Incident>> {
  let current = stored
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const next = change(current.value)
    if (next === undefined) return current
    if (await incidents.save(next, current.version)) return { value: next, version: current.version + 1 }
    const newer = await incidents.get(current.value.id)
    if (newer === undefined)
      throw new ResponderError(
        'incident.unknown',
        `incident ${current.value.id} is gone from the table; restore the table by point-in-time recovery`,
      )
    current = newer
  }
  throw new ResponderError(
    'incident.conflict',
    `incident ${stored.value.id}: another writer was first in ${ATTEMPTS} updates in a row; deliver the event again`,
  )
}
