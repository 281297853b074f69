import { takenOn } from '../shared/contain/plan.ts'
import { attempted } from '../shared/domain/attempt.ts'
import type { Incident } from '../shared/domain/incident.ts'
import type { Signal } from '../shared/domain/signal.ts'

/** Finds the incidents that a call may belong to, so that a long history need not ask all of them for each call. */
export interface IncidentIndex {
  /** Adds an incident, or what it has grown by. */
  add(incidentId: string, about: Pick<Incident, 'identity' | 'lineage'>): void
  /** The ids of the incidents whose identity or lineage may have made a call, the first added first. */
  idsFor(signal: Pick<Signal, 'identity' | 'credential'>): string[]
}

/** Makes an empty index: by names, by unique ids, and by the ids of issued credentials. */
export function incidentIndex(): IncidentIndex {
  const byKey = new Map<string, Set<string>>()
  return {
    add(incidentId, { identity, lineage }) {
      const roles = [...takenOn({ identity, lineage }).keys()]
      const names = [identity.name, ...lineage.map(({ owner }) => owner), ...roles].map((name) => `name ${name}`)
      const principals = identity.principalId === undefined ? [] : [`principal ${identity.principalId}`]
      for (const key of [...names, ...principals, ...lineage.map(({ id }) => `credential ${id}`)]) {
        const ids = byKey.get(key) ?? new Set()
        byKey.set(key, ids.add(incidentId))
      }
    },
    idsFor({ identity, credential }) {
      const keys = [`name ${identity.name}`, `principal ${identity.principalId}`, `credential ${attempted(credential.id)}`]
      return [...new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]))]
    },
  }
}
