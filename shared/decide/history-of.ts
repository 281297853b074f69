import { accountOfEdge, type Incident } from '../domain/incident.ts'
import { RefusedInAccount } from '../errors.ts'
import type { EventHistory, LookUpPorts } from '../ports/lookup.ts'

type Ports = Pick<LookUpPorts, 'history' | 'historyOf' | 'account'>

/** True where CloudTrail can be asked about the calls of an account. */
export function isHistoryKnown(account: string, { account: own, historyOf }: Ports): boolean {
  return own === undefined || account === own || historyOf?.(account) !== undefined
}

/** The event history of an account. Of one that is not acted in, every look-up fails: no answer is not "nothing was called". */
export function historyIn(account: string, { history, historyOf, account: own }: Ports): EventHistory {
  if (own === undefined || account === own) return history
  const refuse = () => Promise.reject(new RefusedInAccount(account, `account ${account} is none that this responder acts in`))
  return historyOf?.(account) ?? { region: history.region, lookup: refuse, page: refuse }
}

/** The account in which a credential of an incident makes its calls. */
export function accountOfCredential({ identity, lineage }: Incident, credentialId: string): string {
  const edge = lineage.find(({ id }) => id === credentialId)
  return edge === undefined ? identity.account : accountOfEdge(edge, identity)
}
