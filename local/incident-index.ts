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
  const [byName, byPrincipal, byCredential] = [new Ids(), new Ids(), new Ids()]
  return {
    add(incidentId, { identity, lineage }) {
      const roles = takenOn({ identity, lineage }).map(({ role }) => role)
      for (const name of [identity.name, ...lineage.map(({ owner }) => owner), ...roles]) byName.add(name, incidentId)
      if (identity.principalId !== undefined) byPrincipal.add(identity.principalId, incidentId)
      for (const { id } of lineage) byCredential.add(id, incidentId)
    },
    idsFor({ identity, credential }) {
      const { principalId } = identity
      const named = byName.of(identity.name)
      const known = principalId === undefined ? NOTHING : byPrincipal.of(principalId)
      const issued = byCredential.of(attempted(credential.id))
      // Nearly every call belongs to none.
      if (named.size + known.size + issued.size === 0) return []
      return [...new Set([...named, ...known, ...issued])]
    },
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** The ids of incidents by one key of theirs. */
class Ids {
  readonly #byKey = new Map<string, Set<string>>()

  add(key: string, incidentId: string): void {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, new Set([incidentId]))
    else known.add(incidentId)
  }

  of(key: string): ReadonlySet<string> {
    return this.#byKey.get(key) ?? NOTHING
  }
}
