import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readIncident, readSignal, writeIncident, writeSignal } from '../domain/migrations/incident.ts'
import { UnreadableItem } from '../errors.ts'
import type { IncidentStore, OnUnreadable } from '../ports/stores.ts'

/** The texts that a memory store holds. A test may put in what another release, or an intruder, wrote. */
export interface StoredTexts {
  readonly incidents: Map<string, { readonly text: string; readonly version: number }>
  /** By incident and by signal. */
  readonly signals: Map<string, Map<string, string>>
}

export function noTexts(): StoredTexts {
  return { incidents: new Map(), signals: new Map() }
}

/** Incidents and their timelines in memory, as the texts that a table would hold: what comes out went through the same reader. */
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
