import { followNames } from '../detect/follow-names.ts'
import type { AcceptedPattern } from '../domain/accepted-pattern.ts'
import { type Baseline, learn } from '../domain/baseline.ts'
import { permissionSetOf } from '../domain/identity-center.ts'
import { copyState, emptyState, type IdentityState } from '../domain/identity-state.ts'
import type { Incident } from '../domain/incident.ts'
import type { KeptReport } from '../domain/report.ts'
import { type Identity, isOtherPrincipal, isSamePrincipal, type Signal } from '../domain/signal.ts'
import type { StoredReach } from '../domain/stored-reach.ts'
import type { UnreadableItem } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, StoredIdentity, Versioned } from '../ports/stores.ts'
import { readPatterns } from '../record/patterns.ts'
import { grantsIn } from './grants-in.ts'
import { issuedUserIds } from './issued-users.ts'
import { once } from './once.ts'
import { type ReachReading, readReach } from './read-reach.ts'

type Tags = Readonly<Record<string, string>>
/** One identity while a batch is processed. `isTouched`: its draft is written back by `save`. */
interface Entry {
  draft: IdentityState
  readonly version: number
  isNew: boolean
  /** Set when the stored state cannot be read. Nothing may then be folded into the draft. */
  readonly unreadable: UnreadableItem | undefined
  incidentId: string | undefined
  isTouched: boolean
  /** Set where its user has another name now: that name, and the draft from before, which is written where that of the other name is not. */
  left: { readonly for: string; readonly draft: IdentityState; readonly wasTouched: boolean } | undefined
}

/** The identities of a batch: read once, folded on private copies, and written back once under optimistic locking. */
export interface UnitOfWork {
  /**
   * The draft of the identity of a signal, for the caller to change. `save` writes it back. A user that was renamed has the state that it had under
   * its other name; another user of a name that is known has not, from its first call on. Throws `UnreadableItem` when the stored state cannot be read.
   */
  stateOf(signal: Pick<Signal, 'identity' | 'time' | 'isAuthenticated'>): { draft: IdentityState; isNew: boolean }
  /** The draft of an identity, for reading only. */
  peekState(identityId: string): IdentityState
  /** The baseline that the people of a permission set have together, for reading only; undefined of everybody else, and where it cannot be read. */
  groupOf(identity: Identity): Baseline | undefined
  /** Learns a call of a person for the permission set. `save` writes it, and where it cannot, one lesson is lost. */
  teachGroup(signal: Signal): void
  /** The id of the identity's last incident, as stored. */
  lastIncidentIdOf(identityId: string): string | undefined
  /** The incident in which a credential was issued, as far as this batch knows. */
  parentIncidentOf(credentialId: string): string | undefined
  /** Reads an incident, once per batch. */
  incident(id: string): Promise<Versioned<Incident> | undefined>
  /** Reads the last incident of an identity. */
  lastIncident(identityId: string): Promise<Versioned<Incident> | undefined>
  /** What people accepted of an identity, read once per batch. */
  patternsOf(identityId: string): Promise<readonly AcceptedPattern[]>
  /** Where a credential was seen, read once per batch. */
  exposuresOf(credentialId: string): Promise<readonly KeptReport[]>
  /** What the last inventory found of an identity, read once per batch; undefined where it found nothing, or none is taken. */
  reachOf(identity: Identity): Promise<StoredReach | undefined>
  /** When the batch last gave rights to an identity, in epoch milliseconds; undefined where it did not. */
  grantedAt(identity: Identity): number | undefined
  /** The tags of an identity by `read`, which is called once per batch, whatever comes of it. */
  tagsOf(identity: Identity, read: () => Promise<Tags | undefined>): Promise<Tags | undefined>
  /** Remembers where a credential was seen, as it is told at `now` (epoch ms), for later signals of the batch too. */
  noteExposure(report: KeptReport, now: number): Promise<void>
  /** Makes a written incident visible to later signals of the batch: to its identity, and to the users and credentials of its lineage. */
  keepIncident(incident: Versioned<Incident>): void
  /** Writes back every draft that `stateOf` gave out, except those of `failed`. Returns the ids whose stored state was newer; those were not written. */
  save(failed: ReadonlySet<string>): Promise<string[]>
}

/** Reads the state of every identity in a batch, in one round trip for up to 50 of them, and of users under names that are new two more. */
export async function openUnitOfWork(
  signals: readonly Signal[],
  stores: {
    identities: IdentityStore
    incidents: IncidentStore
    record: Pick<ChangeRecord, 'last'>
    iam: Pick<Iam, 'describe'>
  } & ReachReading,
): Promise<UnitOfWork> {
  const { entries, takeEarlier } = await readEntries(signals, stores)
  const known = (identityId: string) => entries.get(identityId) as Entry
  const groupEntryOf = (identity: Identity) => entries.get(permissionSetOf(identity)?.id ?? '')
  /** The entries of each user or role by IAM's unique id. Made where it is needed, and anew where a draft has got another identity. */
  let byPrincipal: Map<string | undefined, Entry[]> | undefined
  const entriesOf = (principalId: string | undefined): readonly Entry[] => {
    if (principalId === undefined) return []
    byPrincipal ??= Map.groupBy(entries.values(), ({ draft }) => draft.identity.principalId)
    return byPrincipal.get(principalId) ?? []
  }
  /** Incidents by id: two identities of one lineage share one incident. */
  const incidents = new Map<string, Versioned<Incident>>()
  /** Incident ids by the id of the key or session that was issued in them. */
  const issued = new Map<string, string>()
  const patterns = new Map<string, Promise<readonly AcceptedPattern[]>>()
  const exposures = new Map<string, Promise<readonly KeptReport[]>>()
  const tags = new Map<string, Promise<Tags | undefined>>()
  const reaches = new Map<string, Promise<StoredReach | undefined>>()
  const incident = async (id: string) => {
    const known = incidents.get(id) ?? (await stores.incidents.get(id))
    if (known !== undefined) incidents.set(id, known)
    return known
  }
  return {
    stateOf({ identity, time, isAuthenticated }) {
      const entry = known(identity.id)
      if (entry.unreadable !== undefined) throw entry.unreadable
      // A late call of the one that had the name before takes nothing from the one that has it now, and an attempt is nobody's call.
      const isOther = isAuthenticated && isOtherPrincipal(entry.draft.identity, identity) && time >= entry.draft.baseline.lastSeen
      if (isOther || (isAuthenticated && entry.draft.identity.principalId === undefined && identity.principalId !== undefined)) {
        const earlier = takeEarlier(identity)
        if (earlier !== undefined || isOther) entry.isNew = earlier === undefined
        entry.draft = earlier?.state ?? (isOther ? emptyState(identity) : { ...entry.draft, identity })
        // The pointer that stands under the name may be that of whoever had it before.
        entry.incidentId = earlier?.incidentId ?? entry.incidentId
        byPrincipal = undefined
      }
      entry.left = undefined
      entry.isTouched = true
      return entry
    },
    peekState: (identityId) => known(identityId).draft,
    groupOf(identity) {
      const entry = groupEntryOf(identity)
      return entry?.unreadable === undefined ? entry?.draft.baseline : undefined
    },
    teachGroup(signal) {
      const entry = groupEntryOf(signal.identity)
      if (entry === undefined || entry.unreadable !== undefined) return
      learn(entry.draft.baseline, signal)
      entry.isTouched = true
    },
    lastIncidentIdOf: (identityId) => known(identityId).incidentId,
    parentIncidentOf: (credentialId) => issued.get(credentialId),
    incident,
    async lastIncident(identityId) {
      const { incidentId } = known(identityId)
      return incidentId === undefined ? undefined : incident(incidentId)
    },
    patternsOf: (identityId) => once(patterns, identityId, () => readPatterns(identityId, stores.record)),
    exposuresOf: (credentialId) => once(exposures, credentialId, () => stores.identities.exposuresOf(credentialId)),
    tagsOf: (identity, read) => once(tags, identity.id, read),
    reachOf: (identity) => once(reaches, `${identity.id} ${identity.principalId}`, () => readReach(identity, stores)),
    grantedAt: grantsIn(signals),
    async noteExposure(report, now) {
      await stores.identities.addExposure(report, now)
      exposures.delete(report.credentialId)
    },
    keepIncident(stored) {
      const { id, identity, lineage } = stored.value
      incidents.set(id, stored)
      const users = issuedUserIds(lineage, identity)
      const own = entries.get(identity.id)
      if (own !== undefined) own.incidentId = id
      for (const entry of entriesOf(identity.principalId)) entry.incidentId ??= id
      for (const user of users) {
        const entry = entries.get(user)
        if (entry !== undefined) entry.incidentId ??= id
      }
      for (const edge of lineage) issued.set(edge.id, id)
    },
    async save(failed) {
      const own = [...entries].filter(([id, entry]) => entry.isTouched && entry.left === undefined && !failed.has(id))
      // A write that fails is paid for like one that succeeds, and the longer a batch takes, the more of them would fail.
      const versions = await stores.identities.versions(own.map(([id]) => id))
      const saved = await Promise.all(
        own.map(([id, entry]) => versions.get(id) === entry.version && stores.identities.saveState(entry.draft, entry.version)),
      )
      const written = new Set(own.flatMap(([id], at) => (saved[at] === true ? [id] : [])))
      const conflicts = own.flatMap(([id], at) => (saved[at] === true ? [] : [id]))
      // What moved to another name leaves this one only after it was written there.
      for (const [id, { left, draft, version }] of entries) {
        if (left === undefined || failed.has(id) || (!left.wasTouched && !written.has(left.for))) continue
        if (!(await stores.identities.saveState(written.has(left.for) ? draft : left.draft, version))) conflicts.push(id)
      }
      return conflicts
    },
  }
}

/** `takeEarlier` answers the state that a user had under another name, as far as the batch has changed it, and leaves none there. */
interface Entries {
  readonly entries: Map<string, Entry>
  takeEarlier(identity: Identity): { readonly state: IdentityState; readonly incidentId: string | undefined } | undefined
}

async function readEntries(
  signals: readonly Signal[],
  { identities, iam }: { identities: IdentityStore; iam: Pick<Iam, 'describe'> },
): Promise<Entries> {
  const subjects = new Map<string, Identity>()
  for (const { identity } of signals) {
    const known = subjects.get(identity.id)
    if (known === undefined || known.principalId === undefined) subjects.set(identity.id, identity)
    const group = permissionSetOf(identity)
    if (group !== undefined && !subjects.has(group.id)) subjects.set(group.id, group)
  }
  const stored = await identities.load([...subjects.keys()])
  const { histories, earlier } = await followNames(signals, stored, { identities, iam })
  const otherNamesOf = ({ id, principalId }: Identity) =>
    (principalId === undefined ? [] : (histories.get(principalId) ?? [])).flatMap(({ arn }) => (arn === id ? [] : [arn])).reverse()
  const toDraft = identities.lendsStates === true ? (state: IdentityState) => state : copyState
  const entryOf = (known: StoredIdentity | undefined, identity: Identity, followed: string | undefined) =>
    newEntry(known?.state === undefined ? emptyState(withoutPrincipal(identity)) : toDraft(known.state.value), known, followed)
  const entries = new Map<string, Entry>()
  for (const [id, identity] of subjects) {
    const known = stored.get(id)
    const followed = otherNamesOf(identity).flatMap((arn) => (stored.get(arn) ?? earlier.get(arn))?.incidentId ?? [])[0]
    const isOwn = known?.incidentId !== undefined && known.state?.value.identity.principalId === identity.principalId
    if (!isOwn && followed !== undefined) await identities.setIncident(id, followed, known?.incidentId)
    entries.set(id, { ...entryOf(known, identity, followed), incidentId: isOwn ? known?.incidentId : (followed ?? known?.incidentId) })
  }
  const takeEarlier: Entries['takeEarlier'] = (identity) => {
    for (const arn of otherNamesOf(identity)) {
      const known = earlier.get(arn)
      if (!entries.has(arn) && known?.state !== undefined) entries.set(arn, entryOf(known, known.state.value.identity, undefined))
    }
    const others = [...entries].filter(([id, { draft }]) => id !== identity.id && isSamePrincipal(draft.identity, identity))
    const latest = others.reduce<[string, Entry] | undefined>(
      (found, one) => (found !== undefined && found[1].draft.baseline.lastSeen >= one[1].draft.baseline.lastSeen ? found : one),
      undefined,
    )
    if (latest === undefined) return undefined
    const [, entry] = latest
    const { draft, isTouched, incidentId } = entry
    entry.left = { for: identity.id, draft, wasTouched: isTouched }
    entry.draft = emptyState(withoutPrincipal(draft.identity))
    entry.isTouched = true
    return { state: { ...copyState(draft), identity }, incidentId }
  }
  return { entries, takeEarlier }
}

function newEntry(draft: IdentityState, known: StoredIdentity | undefined, followed: string | undefined): Entry {
  return {
    draft,
    version: known?.state?.version ?? 0,
    isNew: known?.state === undefined,
    unreadable: known?.unreadable,
    incidentId: known?.incidentId ?? followed,
    isTouched: false,
    left: undefined,
  }
}

/** Which user or role a state is of is said by its first call: until then it may be anybody's of that name. */
function withoutPrincipal({ principalId: _, ...identity }: Identity): Identity {
  return identity
}
