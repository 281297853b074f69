import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readIncident, readSignal, writeIncident, writeSignal } from '../domain/migrations/incident.ts'
import { UnreadableItem } from '../errors.ts'
import type { IncidentStore, OnUnreadable } from '../ports/stores.ts'

/** The stored texts of a memory store. A test can insert what another release, or an intruder, wrote. */
export interface StoredTexts {
  readonly incidents: Map<string, { readonly text: string; readonly version: number }>
  /** By incident id and signal id. */
  readonly signals: Map<string, Map<string, string>>
}

/** An empty store. */
export function noTexts(): StoredTexts {
  return { incidents: new Map(), signals: new Map() }
}

/** Incidents and their timelines in memory. They are stored as text and parsed on reading, as in the table. */
export function memoryIncidentStore({ incidents, signals }: StoredTexts = noTexts()): IncidentStore {
  const read = (id: string, text: string) => readIncident(text, `INCIDENT#${id}`)
  return {
    async get(id) {
      const stored = incidents.get(id)
      return stored === undefined ? undefined : { value: read(id, stored.text), version: stored.version }
    },
    async save(incident, version) {
      if ((incidents.get(incident.id)?.version ?? 0) !== version) return false
      incidents.set(incident.id, { text: writeIncident(incident), version: version + 1 })
      return true
    },
    async addSignal(incidentId, signal) {
      const timeline = signals.get(incidentId) ?? new Map<string, string>()
      if (!timeline.has(signal.id)) timeline.set(signal.id, writeSignal(signal))
      signals.set(incidentId, timeline)
    },
    async signals(incidentId, onUnreadable) {
      const texts = [...(signals.get(incidentId) ?? [])]
      const found: IncidentSignal[] = readable(texts, ([id, text]) => readSignal(text, `INCIDENT#${incidentId} SIGNAL#${id}`), onUnreadable)
      return found.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    },
    async listOpen(limit, onUnreadable) {
      const all = readable([...incidents], ([id, { text }]) => read(id, text), onUnreadable)
      return all
        .filter((incident) => !isClosed(incident))
        .sort((a, b) => b.priority - a.priority)
        .slice(0, limit)
    },
    async *listAll(onUnreadable?: OnUnreadable) {
      yield* readable<[string, { text: string }], Incident>([...incidents], ([id, { text }]) => read(id, text), onUnreadable)
    },
  }
}

function readable<S, T>(stored: readonly S[], read: (one: S) => T, onUnreadable: OnUnreadable | undefined): T[] {
  return stored.flatMap((one) => {
    try {
      return [read(one)]
    } catch (cause) {
      if (onUnreadable === undefined || !(cause instanceof UnreadableItem)) throw cause
      onUnreadable(cause)
      return []
    }
  })
}
