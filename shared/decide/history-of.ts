import { accountOfEdge, type Incident } from '../domain/incident.ts'
import type { EventHistory, LookUpPorts } from '../ports/lookup.ts'

/** The event history of an account; of one that is not acted in, that of the stack's own, which may hold some of its calls. */
export function historyIn(account: string, { history, historyOf }: Pick<LookUpPorts, 'history' | 'historyOf'>): EventHistory {
  if (history.account === undefined || account === history.account) return history
  return historyOf?.(account) ?? history
}

/** The account in which a credential of an incident makes its calls. */
export function accountOfCredential({ identity, lineage }: Incident, credentialId: string): string {
  const edge = lineage.find(({ id }) => id === credentialId)
  return edge === undefined ? identity.account : accountOfEdge(edge, identity)
}
