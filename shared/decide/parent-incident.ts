import { isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
import { UnreadableItem } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** Under this id the store keeps which incident made a key or a session: they are no identities of their own. */
export function credentialPointer(credentialId: string): string {
  return `credential:${credentialId}`
}

/**
 * Says of each key and session that is seen for the first time which open incident's credential made it, if one did. One
 * round trip for a batch that brings new ones, none for others.
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

/** One that cannot be read counts as open: its signals are then delivered again, and those of others are not held up. */
async function mayBeOpen(incidentId: string, incidents: RespondPorts['incidents']): Promise<boolean> {
  try {
    const stored = await incidents.get(incidentId)
    return stored !== undefined && !isClosed(stored.value)
  } catch (cause) {
    if (cause instanceof UnreadableItem) return true
    throw cause
  }
}
