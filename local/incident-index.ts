import { takenOn } from '../shared/contain/plan.ts'
import { attempted } from '../shared/domain/attempt.ts'
import { accountOfEdge, type Incident } from '../shared/domain/incident.ts'
import type { Signal } from '../shared/domain/signal.ts'

/** Finds the incidents that a call may belong to, so that a long history need not ask all of them for each call. */
export interface IncidentIndex {
  /** Adds an incident, or what it has grown by. */
  add(incidentId: string, about: Pick<Incident, 'identity' | 'lineage'>): void
  /** The ids of the incidents whose identity or lineage may have made a call, the first added first. */
  idsFor(signal: Pick<Signal, 'identity' | 'credential'>): string[]
}

/**
 * Makes an empty index: by the ids of identities, by names in their accounts, by unique ids, and by the ids of issued credentials. Namesakes in the many
 * accounts of an organisation are others.
 */
export function incidentIndex(): IncidentIndex {
  const [byIdentity, byName, byPrincipal, byCredential] = [new Ids(), new Ids(), new Ids(), new Ids()]
  return {
    add(incidentId, { identity, lineage }) {
      byIdentity.add(identity.id, incidentId)
      if (identity.principalId !== undefined) byPrincipal.add(identity.principalId, incidentId)
      byName.add(nameIn(identity.account, identity.name), incidentId)
      for (const edge of lineage) byName.add(nameIn(accountOfEdge(edge, identity), edge.owner), incidentId)
      for (const { role, account = identity.account } of takenOn({ identity, lineage })) byName.add(nameIn(account, role), incidentId)
      for (const { id } of lineage) byCredential.add(attempted(id), incidentId)
    },
    idsFor({ identity, credential }) {
      const { id, account, name, principalId } = identity
      const own = byIdentity.of(id)
      const named = byName.of(nameIn(account, name))
      const known = principalId === undefined ? NOTHING : byPrincipal.of(principalId)
      const issued = byCredential.of(attempted(credential.id))
      // Nearly every call belongs to none.
      if (own.size + named.size + known.size + issued.size === 0) return []
      return [...new Set([...own, ...named, ...known, ...issued])]
    },
  }
}

function nameIn(account: string, name: string): string {
  return `${account} ${name}`
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
