import type { Incident } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'

const ATTEMPTS = 8

/**
 * Changes a stored incident under its version. `change` is asked again with the newer incident where another writer was
 * first, and answers undefined where nothing is left to change.
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
    if (newer === undefined) throw new ResponderError('incident.unknown', `incident ${current.value.id} is gone from the table`)
    current = newer
  }
  throw new ResponderError(
    'incident.conflict',
    `incident ${stored.value.id}: ${ATTEMPTS} updates in a row lost to another writer; deliver the event again`,
  )
}
