import { isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import { UnreadableItem } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The store key under which a created key or session points to its incident. Keys and sessions are not identities, hence the prefix. */
export function credentialPointer(credentialId: string): string {
  return `credential:${credentialId}`
}

/**
 * Sets `parentIncidentId` on signals of keys and sessions seen for the first time, when a credential of an open incident created them.
 *
 * One round trip for a batch with new credentials, none for others.
 */
export async function attachParentIncident(
  signals: readonly Signal[],
  unitOfWork: UnitOfWork,
  { identities, incidents }: Pick<RespondPorts, 'identities' | 'incidents'>,
): Promise<readonly Signal[]> {
  const isNew = ({ identity, credential }: Signal) =>
    (credential.kind === 'session' || credential.kind === 'access-key') && !unitOfWork.peekState(identity.id).windows.has(credential.id)
  const pointers = [...new Set(signals.filter(isNew).map(({ credential }) => credentialPointer(credential.id)))]
  if (pointers.length === 0) return signals
  const sources = new Map<string, string>()
  for (const [pointer, { incidentId }] of await identities.load(pointers)) {
    if (incidentId !== undefined && (await mayBeOpen(incidentId, incidents))) sources.set(pointer, incidentId)
  }
  if (sources.size === 0) return signals
  return signals.map((signal) => {
    const parentIncidentId = sources.get(credentialPointer(signal.credential.id))
    return parentIncidentId === undefined ? signal : { ...signal, parentIncidentId }
  })
}

/** True for an open incident, and for one that cannot be read: its own signals then fail and are delivered again, without blocking others. */
async function mayBeOpen(incidentId: string, incidents: RespondPorts['incidents']): Promise<boolean> {
  try {
    const stored = await incidents.get(incidentId)
    return stored !== undefined && !isClosed(stored.value)
  } catch (cause) {
    if (cause instanceof UnreadableItem) return true
    throw cause
  }
}
