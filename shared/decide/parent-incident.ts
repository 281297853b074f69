import { isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'
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
    const incident = incidentId === undefined ? undefined : (await incidents.get(incidentId))?.value
    if (incident !== undefined && !isClosed(incident)) sources.set(pointer, incident.id)
  }
  if (sources.size === 0) return signals
  return signals.map((signal) => {
    const parentIncidentId = sources.get(credentialPointer(signal.credential.id))
    return parentIncidentId === undefined ? signal : { ...signal, parentIncidentId }
  })
}
