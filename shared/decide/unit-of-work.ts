import { followNames } from '../detect/follow-names.ts'
import { copyState, emptyState, type IdentityState } from '../domain/identity-state.ts'
import type { Incident } from '../domain/incident.ts'
import { type Identity, isOtherPrincipal, isSamePrincipal, type Signal } from '../domain/signal.ts'
import type { UnreadableItem } from '../errors.ts'
import type { IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'
import { issuedUserIds } from './issued-users.ts'

/** One identity while a batch is processed. `isTouched`: its draft is written back by `save`. */
interface Entry {
  draft: IdentityState
  readonly version: number
  isNew: boolean
  /** Set when the stored state cannot be read. Nothing may then be folded into the draft. */
  readonly unreadable: UnreadableItem | undefined
  incidentId: string | undefined
  isTouched: boolean
}

/** The identities of a batch: read once, folded on private copies, and written back once under optimistic locking. */
export interface UnitOfWork {
  /**
   * The draft of an identity, for the caller to change. `save` writes it back. A user that was renamed has the state that it had under its other name;
   * another user of a name that is known has not. Throws `UnreadableItem` when the stored state cannot be read.
   */
  stateOf(identity: Identity): { draft: IdentityState; isNew: boolean }
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

/** Reads the state of every identity in a batch, in one round trip for up to 50 of them, and of users under names that are new two more. */
export async function openUnitOfWork(
  signals: readonly Signal[],
  stores: { identities: IdentityStore; incidents: IncidentStore },
): Promise<UnitOfWork> {
  const { entries, earlierStateOf } = await readEntries(signals, stores.identities)
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
    stateOf(identity) {
      const entry = entryOf(identity.id)
      if (entry.unreadable !== undefined) throw entry.unreadable
      const isOther = isOtherPrincipal(entry.draft.identity, identity)
      if ((entry.isNew && !entry.isTouched) || isOther) {
        const earlier = earlierStateOf(identity)
        if (earlier !== undefined || isOther) {
          entry.draft = earlier === undefined ? emptyState(identity) : { ...copyState(earlier), identity }
          entry.isNew = earlier === undefined
        }
      }
      if (entry.draft.identity.principalId === undefined && identity.principalId !== undefined) entry.draft = { ...entry.draft, identity }
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
      for (const entry of entries.values()) if (isSamePrincipal(entry.draft.identity, identity)) entry.incidentId ??= id
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

/** `earlierStateOf` answers the state that a user had under another name, as far as the batch has changed it. */
interface Entries {
  readonly entries: Map<string, Entry>
  earlierStateOf(identity: Identity): IdentityState | undefined
}

async function readEntries(signals: readonly Signal[], identities: IdentityStore): Promise<Entries> {
  const subjects = new Map<string, Identity>()
  for (const { identity } of signals) {
    const known = subjects.get(identity.id)
    if (known === undefined || known.principalId === undefined) subjects.set(identity.id, identity)
  }
  const stored = await identities.load([...subjects.keys()])
  const { histories, earlier } = await followNames(signals, stored, identities)
  const otherNamesOf = ({ id, principalId }: Identity) =>
    (principalId === undefined ? [] : (histories.get(principalId) ?? [])).flatMap(({ arn }) => (arn === id ? [] : [arn])).reverse()
  const entries = new Map<string, Entry>()
  for (const [id, identity] of subjects) {
    const known = stored.get(id)
    const followed = otherNamesOf(identity).flatMap((arn) => (stored.get(arn) ?? earlier.get(arn))?.incidentId ?? [])[0]
    if (known?.incidentId === undefined && followed !== undefined) await identities.setIncident(id, followed, undefined)
    entries.set(id, {
      draft: known?.state === undefined ? emptyState(identity) : copyState(known.state.value),
      version: known?.state?.version ?? 0,
      isNew: known?.state === undefined,
      unreadable: known?.unreadable,
      incidentId: known?.incidentId ?? followed,
      isTouched: false,
    })
  }
  return {
    entries,
    earlierStateOf(identity) {
      const drafts = otherNamesOf(identity).map((arn) => entries.get(arn)?.draft ?? earlier.get(arn)?.state?.value)
      return drafts.find((draft) => draft !== undefined && isSamePrincipal(draft.identity, identity))
    },
  }
}
