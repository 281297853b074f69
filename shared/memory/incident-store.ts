import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'

/** Incidents and their timelines in memory. */
export function memoryIncidentStore(): IncidentStore {
  const incidents = new Map<string, Versioned<Incident>>()
  const timelines = new Map<string, Map<string, IncidentSignal>>()
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
      const timeline = timelines.get(incidentId) ?? new Map<string, IncidentSignal>()
      if (!timeline.has(signal.id)) timeline.set(signal.id, signal)
      timelines.set(incidentId, timeline)
    },
    async signals(incidentId) {
      return [...(timelines.get(incidentId)?.values() ?? [])].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    },
    async listOpen(limit) {
      const open = [...incidents.values()].map(({ value }) => value).filter((incident) => !isClosed(incident))
      return open.sort((a, b) => b.priority - a.priority).slice(0, limit)
    },
    async *listAll() {
      for (const { value } of incidents.values()) yield value
    },
  }
}
