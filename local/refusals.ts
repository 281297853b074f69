import { attempted } from '../shared/domain/attempt.ts'
import type { Incident } from '../shared/domain/incident.ts'
import type { Signal } from '../shared/domain/signal.ts'

/** The most refused calls that are kept as examples. */
const EXAMPLES = 200

/** A call in the history that containment would have refused. */
export interface Refusal {
  readonly incidentId: string
  readonly signal: Signal
}

/** The later calls of a history that a real containment would have refused. */
export interface Refusals {
  /** Notes that an incident's credentials are out of use from a time on, epoch ms. */
  contained(incident: Incident, at: number): void
  /** Counts the signals that would have been refused. */
  observe(signals: readonly Signal[]): void
  /** How many calls would have been refused: by one incident, or by all. */
  count(incidentId?: string): number
  readonly examples: readonly Refusal[]
}

/** Makes an empty count of refused calls. */
export function refusals(): Refusals {
  /** Identity or credential id → the incident that contained it, and when (epoch ms). */
  const off = new Map<string, { incidentId: string; at: number }>()
  const counts = new Map<string, number>()
  const examples: Refusal[] = []
  const set = (id: string, incidentId: string, at: number) => {
    if (!off.has(id)) off.set(id, { incidentId, at })
  }
  return {
    examples,
    contained({ id, identity, lineage }, at) {
      set(identity.id, id, at)
      for (const edge of lineage) if (edge.kind === 'access-key') set(edge.id, id, at)
    },
    observe(signals) {
      if (off.size === 0) return
      for (const signal of signals) {
        const by = off.get(attempted(signal.credential.id)) ?? off.get(signal.identity.id)
        if (by === undefined || signal.kind !== 'api-call' || signal.time <= by.at) continue
        counts.set(by.incidentId, (counts.get(by.incidentId) ?? 0) + 1)
        if (examples.length < EXAMPLES) examples.push({ incidentId: by.incidentId, signal })
      }
    },
    count(incidentId) {
      if (incidentId !== undefined) return counts.get(incidentId) ?? 0
      return [...counts.values()].reduce((sum, one) => sum + one, 0)
    },
  }
}
