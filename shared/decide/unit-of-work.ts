import { copyState, emptyState, type IdentityState } from '../domain/identity-state.ts'
import type { Incident } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import type { UnreadableItem } from '../errors.ts'
import type { IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'
import { issuedUserIds } from './issued-users.ts'

/** One identity while a batch is processed. `isTouched`: its draft is written back by `save`. */
interface Entry {
  readonly draft: IdentityState
  readonly version: number
  readonly isNew: boolean
  /** Set when the stored state cannot be read. Nothing may then be folded into the draft. */
  readonly unreadable: UnreadableItem | undefined
  incidentId: string | undefined
  isTouched: boolean
}

/** The identities of a batch: read once, folded on private copies, and written back once under optimistic locking. */
export interface UnitOfWork {
  /** The draft of an identity, for the caller to change. `save` writes it back. Throws `UnreadableItem` when the stored state cannot be read. */
  stateOf(identityId: string): { draft: IdentityState; isNew: boolean }
  /** The draft of an identity, for reading only. */
  peekState(identityId: string): IdentityState
  /** The id of the identity's last incident, as stored. */
  lastIncidentIdOf(identityId: string): string | undefined
  /** The incident in which a credential was issued, as far as this batch knows. */
  parentIncidentOf(credentialId: string): string | undefined
  /** Reads an incident, once per batch. */
  incident(id: string): Promise<Versioned<Incident> | undefined>
  /** Reads the last incident of an identity. */
  lastIncident(identityId: string): Promise<Versioned<Incident> | undefined>
  /** Makes a written incident visible to later signals of the batch: to its identity, and to the users and credentials of its lineage. */
  keepIncident(incident: Versioned<Incident>): void
  /** Writes back every draft that `stateOf` gave out, except those of `failed`. Returns the ids whose stored state was newer; those were not written. */
  save(failed: ReadonlySet<string>): Promise<string[]>
}

/** Reads the state of every identity in a batch, in one round trip for up to 50 of them. */
export async function openUnitOfWork(
  signals: readonly Signal[],
  stores: { identities: IdentityStore; incidents: IncidentStore },
): Promise<UnitOfWork> {
  const entries = await readEntries(signals, stores.identities)
  const entryOf = (identityId: string) => entries.get(identityId) as Entry
  /** Incidents by id: two identities of one lineage share one incident. */
  const incidents = new Map<string, Versioned<Incident>>()
  /** Incident ids by the id of the key or session that was issued in them. */
  const issued = new Map<string, string>()
  const incident = async (id: string) => {
    const known = incidents.get(id) ?? (await stores.incidents.get(id))
    if (known !== undefined) incidents.set(id, known)
    return known
  }
  return {
    stateOf(identityId) {
      const entry = entryOf(identityId)
      if (entry.unreadable !== undefined) throw entry.unreadable
      entry.isTouched = true
      return entry
    },
    peekState: (identityId) => entryOf(identityId).draft,
    lastIncidentIdOf: (identityId) => entryOf(identityId).incidentId,
    parentIncidentOf: (credentialId) => issued.get(credentialId),
    incident,
    async lastIncident(identityId) {
      const { incidentId } = entryOf(identityId)
      return incidentId === undefined ? undefined : incident(incidentId)
    },
    keepIncident(stored) {
      const { id, identity, lineage } = stored.value
      incidents.set(id, stored)
      const users = issuedUserIds(lineage, identity)
      const own = entries.get(identity.id)
      if (own !== undefined) own.incidentId = id
      for (const user of users) {
        const entry = entries.get(user)
        if (entry !== undefined) entry.incidentId ??= id
      }
      for (const edge of lineage) issued.set(edge.id, id)
    },
    async save(failed) {
      const touched = [...entries].filter(([id, entry]) => entry.isTouched && !failed.has(id))
      const saved = await Promise.all(touched.map(([, entry]) => stores.identities.saveState(entry.draft, entry.version)))
      return touched.filter((_, at) => !saved[at]).map(([id]) => id)
    },
  }
}

async function readEntries(signals: readonly Signal[], identities: IdentityStore): Promise<Map<string, Entry>> {
  const subjects = new Map(signals.map(({ identity }) => [identity.id, identity]))
  const stored = await identities.load([...subjects.keys()])
  const entries = new Map<string, Entry>()
  for (const [id, identity] of subjects) {
    const known = stored.get(id)
    entries.set(id, {
      draft: known?.state === undefined ? emptyState(identity) : copyState(known.state.value),
      version: known?.state?.version ?? 0,
      isNew: known?.state === undefined,
      unreadable: known?.unreadable,
      incidentId: known?.incidentId,
      isTouched: false,
    })
  }
  return entries
}
