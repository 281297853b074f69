import { type Incident, isClosed } from '../domain/incident.ts'
import { readIncident, readSignal, writeIncident, writeSignal } from '../domain/migrations/incident.ts'
import { byPriority } from '../domain/priority.ts'
import { UnreadableItem } from '../errors.ts'
import type { IncidentStore, OnUnreadable } from '../ports/stores.ts'
import { type KeptForm, memoryTimelines } from './timelines.ts'

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
  const formOf = (onUnreadable: OnUnreadable | undefined): KeptForm<string> => ({
    keep: writeSignal,
    read: (text, incidentId, id) => readable([text], (one) => readSignal(one, `INCIDENT#${incidentId} SIGNAL#${id}`), onUnreadable)[0],
  })
  // What cannot be read leaves nothing out.
  const timelines = memoryTimelines(
    signals,
    formOf(() => {}),
  )
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
    async addSignal(incidentId, signal, isDeciding = false) {
      timelines.add(incidentId, signal, isDeciding)
    },
    async signals(incidentId, onUnreadable) {
      return timelines.read(incidentId, formOf(onUnreadable))
    },
    async listOpen(limit, onUnreadable) {
      const all = readable([...incidents], ([id, { text }]) => read(id, text), onUnreadable)
      return all
        .filter((incident) => !isClosed(incident))
        .sort(byPriority)
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
