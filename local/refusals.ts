import type { Incident } from '../shared/domain/incident.ts'
import type { Signal } from '../shared/domain/signal.ts'

/** The most refused calls that are kept as examples. */
const EXAMPLES = 200

/** A call in the history that containment would have refused. */
export interface Refusal {
  readonly incidentId: string
  readonly signal: Signal
}

/** Which later calls of a history would have been refused, had containment been real. */
export interface Refusals {
  /** Says that an incident's credentials are off from a time on. */
  contained(incident: Incident, at: number): void
  observe(signals: readonly Signal[]): void
  count(incidentId?: string): number
  readonly examples: readonly Refusal[]
}

export function refusals(): Refusals {
  /** Identity or credential id → the incident that took it out of use, and when (epoch ms). */
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
        const by = off.get(signal.credential.id) ?? off.get(signal.identity.id)
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
