import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readIncident, writeIncident } from '../domain/migrations/incident.ts'
import { byPriority } from '../domain/priority.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'
import { memoryTimelines } from './timelines.ts'

/**
 * Incidents and their timelines in memory, for replays, which save often: they are kept by reference, and are as the table would give them back only where all of
 * them are listed.
 */
export function replayedIncidents(): IncidentStore {
  const incidents = new Map<string, Versioned<Incident>>()
  const timelines = memoryTimelines<IncidentSignal>(new Map(), { keep: (signal) => signal, read: (signal) => signal })
  const all = () => [...incidents.values()].map(({ value }) => value)
  return {
    async get(id) {
      return incidents.get(id)
    },
    async save(incident, version) {
      if ((incidents.get(incident.id)?.version ?? 0) !== version) return false
      incidents.set(incident.id, { value: incident, version: version + 1 })
      return true
    },
    async addSignal(incidentId, signal, isDeciding = false) {
      timelines.add(incidentId, signal, isDeciding)
    },
    async signals(incidentId) {
      return timelines.read(incidentId)
    },
    async listOpen(limit) {
      const open = all().filter((incident) => !isClosed(incident))
      return open.sort(byPriority).slice(0, limit)
    },
    async *listAll() {
      for (const incident of all()) yield readIncident(writeIncident(incident), `INCIDENT#${incident.id}`)
    },
  }
}
