import { copyState, emptyState, type IdentityState } from '../domain/identity-state.ts'
import type { Incident } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import type { IdentityStore, IncidentStore, Versioned } from '../ports.ts'

/** What lies on the desk of one identity while a batch is worked on. */
interface File {
  readonly draft: IdentityState
  readonly version: number
  readonly isNew: boolean
  incidentId: string | undefined
  incident: Versioned<Incident> | undefined
  isTouched: boolean
}

/** The identities of a batch: read once, folded on private copies, written back once under their versions. */
export interface Desk {
  /** The draft of an identity. It is the caller's to fold into. */
  draftOf(identityId: string): { draft: IdentityState; isNew: boolean }
  /** The draft of an identity, to look at: it is not written back for it. */
  peek(identityId: string): IdentityState
  lastIncident(identityId: string): Promise<Versioned<Incident> | undefined>
  keepIncident(identityId: string, incident: Versioned<Incident>): void
  /** Writes back every draft that was asked for, but for `failed`. Returns the identities whose state was newer in the store. */
  save(failed: ReadonlySet<string>): Promise<string[]>
}

export async function openDesk(signals: readonly Signal[], stores: { identities: IdentityStore; incidents: IncidentStore }): Promise<Desk> {
  const subjects = new Map(signals.map(({ identity }) => [identity.id, identity]))
  const stored = await stores.identities.load([...subjects.keys()])
  const files = new Map<string, File>()
  for (const [id, identity] of subjects) {
    const known = stored.get(id)
    files.set(id, {
      draft: known?.state === undefined ? emptyState(identity) : copyState(known.state.value),
      version: known?.state?.version ?? 0,
      isNew: known?.state === undefined,
      incidentId: known?.incidentId,
      incident: undefined,
      isTouched: false,
    })
  }
  const fileOf = (identityId: string) => files.get(identityId) as File
  /** Incidents by id: two identities of one lineage share the same. */
  const incidents = new Map<string, Versioned<Incident>>()
  return {
    draftOf(identityId) {
      const file = fileOf(identityId)
      file.isTouched = true
      return file
    },
    peek: (identityId) => fileOf(identityId).draft,
    async lastIncident(identityId) {
      const { incidentId } = fileOf(identityId)
      if (incidentId === undefined) return undefined
      const known = incidents.get(incidentId) ?? (await stores.incidents.get(incidentId))
      if (known !== undefined) incidents.set(incidentId, known)
      return known
    },
    keepIncident(identityId, incident) {
      incidents.set(incident.value.id, incident)
      const owners = incident.value.lineage
        .filter(({ kind }) => kind === 'access-key')
        .map(({ owner }) => `arn:aws:iam::${incident.value.identity.account}:user/${owner}`)
      for (const id of [identityId, ...owners]) {
        const file = files.get(id)
        if (file !== undefined) file.incidentId = incident.value.id
      }
    },
    async save(failed) {
      const due = [...files].filter(([id, file]) => file.isTouched && !failed.has(id))
      const saved = await Promise.all(due.map(([, file]) => stores.identities.saveState(file.draft, file.version)))
      return due.filter((_, at) => !saved[at]).map(([id]) => id)
    },
  }
}
