import type { ReportingSource } from './report.ts'
import type { Identity } from './signal.ts'

/**
 * How many credentials that nobody here is known to own have an incident each in an hour, of those that anybody may have written. Ten are one question every six minutes, and
 * nobody on call looks into more; 200 invented pairs in a log would bury the one that counts.
 */
export const UNCLAIMED_AN_HOUR = 10

const PREFIX = 'unclaimed:'

/** Stands for the owners of all further ones that a source names: they are one incident. `account` is the responder's own. */
export function unclaimedIdentity(account: string, source: ReportingSource): Identity {
  return { id: `${PREFIX}${account}:${source}`, kind: 'unknown', name: 'several credentials that nobody here is known to own', account }
}

/** True for what `unclaimedIdentity` makes. */
export function isUnclaimed({ id, kind }: Pick<Identity, 'id' | 'kind'>): boolean {
  return kind === 'unknown' && id.startsWith(PREFIX)
}
