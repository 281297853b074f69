import { isStronger } from '../domain/action.ts'
import { CHOSEN_FACT } from '../domain/assessment.ts'
import { isHeardOnly } from '../domain/ceilings.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import { UnreadableItem } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The store key under which a created key or session points to its incident. Keys and sessions are not identities, hence the prefix. */
export function credentialPointer(credentialId: string): string {
  return `credential:${credentialId}`
}

/**
 * Sets `parentIncidentId` on signals of keys and sessions that are new in a batch, where a credential of an incident that is open when the batch begins
 * created them. `withParentIncident` corrects it by what the batch itself brings.
 *
 * One round trip for a batch with new credentials, none for others.
 */
export async function attachParentIncident(
  signals: readonly Signal[],
  unitOfWork: UnitOfWork,
  { identities, incidents }: Pick<RespondPorts, 'identities' | 'incidents'>,
): Promise<readonly Signal[]> {
  const isNew = (signal: Signal) => isFirstUse(signal, unitOfWork.peekState(signal.identity.id))
  const pointers = [...new Set(signals.filter(isNew).map(({ credential }) => credentialPointer(credential.id)))]
  if (pointers.length === 0) return signals
  const sources = new Map<string, { readonly id: string; readonly isSuspect: boolean }>()
  for (const [pointer, { incidentId }] of await identities.load(pointers)) {
    const open = incidentId === undefined ? undefined : await openIncident(incidentId, incidents)
    if (open !== undefined) sources.set(pointer, open)
  }
  if (sources.size === 0) return signals
  return signals.map((signal) => {
    const parent = sources.get(credentialPointer(signal.credential.id))
    if (parent === undefined) return signal
    return { ...signal, parentIncidentId: parent.id, ...(parent.isSuspect ? { isParentSuspect: true } : {}) }
  })
}

/**
 * The signal as it would be in a batch of its own: the first of its credential, and no other, has the incident that issued it, whether that was open before or was opened by
 * the signals before it, and is a suspect's by the evidence so far. So the result does not depend on how signals are divided into batches.
 */
export async function withParentIncident(signal: Signal, state: IdentityState, unitOfWork: UnitOfWork): Promise<Signal> {
  const { credential, parentIncidentId: before, isParentSuspect: _, ...own } = signal
  const id = isFirstUse(signal, state) ? (before ?? unitOfWork.parentIncidentOf(credential.id)) : undefined
  const open = id === undefined ? undefined : await openIncident(id, { get: unitOfWork.incident })
  if (open === undefined) return { ...own, credential, parentIncidentId: undefined }
  return { ...own, credential, parentIncidentId: open.id, ...(open.isSuspect ? { isParentSuspect: true } : {}) }
}

/** True where `withParentIncident` may change the signal. Most have nothing to do with an incident, and cost nothing. */
export function mayHaveParent({ credential, parentIncidentId }: Signal, unitOfWork: UnitOfWork): boolean {
  return parentIncidentId !== undefined || unitOfWork.parentIncidentOf(credential.id) !== undefined
}

function isFirstUse({ credential }: Signal, { windows }: IdentityState): boolean {
  return (credential.kind === 'session' || credential.kind === 'access-key') && !windows.has(credential.id)
}

/**
 * True where people are asked about an incident, or more is called for, and the caller may be somebody else than the owner: what a known owner creates is not suspect because
 * people are asked whether it had to be. Not for its tool alone, since the company's own scanner has one too, nor for what it issued, because an incident would then speak
 * against itself.
 */
function isSuspect({ decision, findings, assessment }: Incident): boolean {
  const evidence = findings.filter(({ group, fact }) => group !== 'lineage' && fact !== CHOSEN_FACT)
  const isOfOwner = assessment.familiarity === 'known' && evidence.every(({ axis }) => axis === 'what')
  return isStronger(decision.would, 'notify') && evidence.length > 0 && !isOfOwner
}

/**
 * An open incident, and whether its evidence asks about its credentials; undefined for one that is closed or not there, or of hearsay alone. One that cannot be read may be
 * open and may ask: its own signals then fail and are delivered again, without blocking others.
 */
async function openIncident(
  id: string,
  incidents: Pick<RespondPorts['incidents'], 'get'>,
): Promise<{ id: string; isSuspect: boolean } | undefined> {
  try {
    const stored = await incidents.get(id)
    if (stored === undefined || isClosed(stored.value) || isHeardOnly(stored.value)) return undefined
    return { id, isSuspect: isSuspect(stored.value) }
  } catch (cause) {
    if (cause instanceof UnreadableItem) return { id, isSuspect: true }
    throw cause
  }
}
