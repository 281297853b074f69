import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readIncident, readSignal, writeIncident, writeSignal } from '../domain/migrations/incident.ts'
import { isCountDue, NOT_THINNED, oncePerId, placeOf, representing, type Thinning, thinningOf } from '../domain/timeline.ts'
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
  const thinnings = new Map<string, Thinning>()
  const timelineOf = (incidentId: string, onUnreadable: OnUnreadable | undefined): IncidentSignal[] => {
    const texts = [...(signals.get(incidentId) ?? [])]
    return oncePerId(readable(texts, ([id, text]) => readSignal(text, `INCIDENT#${incidentId} SIGNAL#${id}`), onUnreadable))
  }
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
      const timeline = signals.get(incidentId) ?? new Map<string, string>()
      signals.set(incidentId, timeline)
      const place = placeOf(incidentId, signal, isDeciding ? NOT_THINNED : (thinnings.get(incidentId) ?? NOT_THINNED))
      const key = place.kind === 'hourly' ? `hour#${place.hour}` : signal.id
      if (timeline.has(key)) return
      timeline.set(key, writeSignal(place.kind === 'hourly' ? signal : representing(signal, place)))
      if (place.kind === 'kept' && isCountDue(incidentId, signal.id))
        thinnings.set(
          incidentId,
          thinningOf(
            timelineOf(incidentId, () => {}),
            thinnings.get(incidentId) ?? NOT_THINNED,
          ),
        )
    },
    async signals(incidentId, onUnreadable) {
      return timelineOf(incidentId, onUnreadable)
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
