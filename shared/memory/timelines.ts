import type { IncidentSignal } from '../domain/incident.ts'
import { isCountDue, NOT_THINNED, oncePerId, placeOf, representing, type Thinning, thinningOf } from '../domain/timeline.ts'

/** The form in which a signal is kept. `read` says undefined of what it cannot read. */
export interface KeptForm<T> {
  keep(signal: IncidentSignal): T
  read(kept: T, incidentId: string, key: string): IncidentSignal | undefined
}

/** What is kept of timelines, by incident id and by the id of the signal, or by its hour. */
export type KeptSignals<T> = Map<string, Map<string, T>>

/** Timelines in memory, thinned as those of the table: however many calls an incident has, its timeline stays short. */
export function memoryTimelines<T>(kept: KeptSignals<T>, form: KeptForm<T>) {
  const thinnings = new Map<string, Thinning>()
  const read = (incidentId: string, { read: readOne }: Pick<KeptForm<T>, 'read'> = form): IncidentSignal[] =>
    oncePerId([...(kept.get(incidentId) ?? [])].flatMap(([key, one]) => readOne(one, incidentId, key) ?? []))
  return {
    read,
    add(incidentId: string, signal: IncidentSignal, isDeciding: boolean): void {
      const timeline = kept.get(incidentId) ?? new Map<string, T>()
      kept.set(incidentId, timeline)
      const before = thinnings.get(incidentId) ?? NOT_THINNED
      const place = placeOf(incidentId, signal, isDeciding ? NOT_THINNED : before)
      const key = place.kind === 'hourly' ? `hour#${place.hour}` : signal.id
      if (timeline.has(key)) return
      timeline.set(key, form.keep(place.kind === 'hourly' ? signal : representing(signal, place)))
      if (place.kind === 'kept' && isCountDue(incidentId, signal.id)) thinnings.set(incidentId, thinningOf(read(incidentId), before))
    },
  }
}
