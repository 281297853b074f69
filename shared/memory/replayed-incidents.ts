import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readIncident, writeIncident } from '../domain/migrations/incident.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'

/**
 * Incidents and their timelines in memory, for replays, which save often: they are kept by reference, and are as the table would give them back only where all of
 * them are listed. A timeline has every call, however many: it is not stored.
 */
export function replayedIncidents(): IncidentStore {
  const incidents = new Map<string, Versioned<Incident>>()
  const signals = new Map<string, Map<string, IncidentSignal>>()
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
    async addSignal(incidentId, signal) {
      const timeline = signals.get(incidentId) ?? new Map<string, IncidentSignal>()
      if (!timeline.has(signal.id)) timeline.set(signal.id, signal)
      signals.set(incidentId, timeline)
    },
    async signals(incidentId) {
      return [...(signals.get(incidentId)?.values() ?? [])].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    },
    async listOpen(limit) {
      const open = all().filter((incident) => !isClosed(incident))
      return open.sort((a, b) => b.priority - a.priority).slice(0, limit)
    },
    async *listAll() {
      for (const incident of all()) yield readIncident(writeIncident(incident), `INCIDENT#${incident.id}`)
    },
  }
}
