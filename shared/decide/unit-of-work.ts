import { copyState, emptyState, type IdentityState } from '../domain/identity-state.ts'
import type { Incident } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import type { UnreadableItem } from '../errors.ts'
import type { IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'

/** What one identity has while a batch is worked on. */
interface Entry {
  readonly draft: IdentityState
  readonly version: number
  readonly isNew: boolean
  /** Why what is stored of it is no state: then nothing may be folded into the draft. */
  readonly unreadable: UnreadableItem | undefined
  incidentId: string | undefined
  isTouched: boolean
}

/** The identities of a batch: read once, folded on private copies, written back once under their versions. */
export interface UnitOfWork {
  /** The draft of an identity. It is the caller's to fold into. Throws `UnreadableItem` where what is stored of it is no state. */
  stateOf(identityId: string): { draft: IdentityState; isNew: boolean }
  /** The draft of an identity, to look at: it is not written back for it. */
  peekState(identityId: string): IdentityState
  /** The incident that the store says the identity was in last. */
  lastIncidentIdOf(identityId: string): string | undefined
  /** The incident in which a credential was made, as far as this batch knows. */
  parentIncidentOf(credentialId: string): string | undefined
  incident(id: string): Promise<Versioned<Incident> | undefined>
  lastIncident(identityId: string): Promise<Versioned<Incident> | undefined>
  keepIncident(incident: Versioned<Incident>): void
  /** Writes back every draft that was asked for, but for `failed`. Returns the identities whose state was newer in the store. */
  save(failed: ReadonlySet<string>): Promise<string[]>
}

export async function openUnitOfWork(
  signals: readonly Signal[],
  stores: { identities: IdentityStore; incidents: IncidentStore },
): Promise<UnitOfWork> {
  const subjects = new Map(signals.map(({ identity }) => [identity.id, identity]))
  const stored = await stores.identities.load([...subjects.keys()])
  const files = new Map<string, Entry>()
  for (const [id, identity] of subjects) {
    const known = stored.get(id)
    files.set(id, {
      draft: known?.state === undefined ? emptyState(identity) : copyState(known.state.value),
      version: known?.state?.version ?? 0,
      isNew: known?.state === undefined,
      unreadable: known?.unreadable,
      incidentId: known?.incidentId,
      isTouched: false,
    })
  }
  const fileOf = (identityId: string) => files.get(identityId) as Entry
  /** Incidents by id: two identities of one lineage share the same. */
  const incidents = new Map<string, Versioned<Incident>>()
  /** Keys and sessions that were made, by id, with the incident that they belong to. */
  const issued = new Map<string, string>()
  const incident = async (id: string) => {
    const known = incidents.get(id) ?? (await stores.incidents.get(id))
    if (known !== undefined) incidents.set(id, known)
    return known
  }
  return {
    stateOf(identityId) {
      const file = fileOf(identityId)
      if (file.unreadable !== undefined) throw file.unreadable
      file.isTouched = true
      return file
    },
    peekState: (identityId) => fileOf(identityId).draft,
    lastIncidentIdOf: (identityId) => fileOf(identityId).incidentId,
    parentIncidentOf: (credentialId) => issued.get(credentialId),
    incident,
    async lastIncident(identityId) {
      const { incidentId } = fileOf(identityId)
      return incidentId === undefined ? undefined : incident(incidentId)
    },
    keepIncident(stored) {
      const { id, identity, lineage } = stored.value
      incidents.set(id, stored)
      const users = lineage.filter(({ kind }) => kind === 'user').map(({ owner }) => `arn:aws:iam::${identity.account}:user/${owner}`)
      const own = files.get(identity.id)
      if (own !== undefined) own.incidentId = id
      for (const user of users) {
        const file = files.get(user)
        if (file !== undefined) file.incidentId ??= id
      }
      for (const edge of lineage) issued.set(edge.id, id)
    },
    async save(failed) {
      const due = [...files].filter(([id, file]) => file.isTouched && !failed.has(id))
      const saved = await Promise.all(due.map(([, file]) => stores.identities.saveState(file.draft, file.version)))
      return due.filter((_, at) => !saved[at]).map(([id]) => id)
    },
  }
}
