import type { ReportingSource } from './report.ts'
import type { Identity } from './signal.ts'
import { HOUR_MS } from './time.ts'

/**
 * How many credentials that nobody here is known to own have an incident each in an hour, of those that anybody may have written. Ten are one question every six minutes, and
 * nobody on call looks into more; 200 invented pairs in a log would bury the one that counts.
 */
export const UNCLAIMED_AN_HOUR = 10

const PREFIX = 'unclaimed:'

/**
 * Stands for the owners of all further ones that a source names in an hour (epoch hours): they are one incident. Of each hour there is another, so that whoever floods does so
 * under a question an hour, and nothing joins one that was asked long ago. `account` is the responder's own.
 */
export function unclaimedIdentity(account: string, source: ReportingSource, hour: number): Identity {
  const from = new Date(hour * HOUR_MS).toISOString().slice(0, 13)
  return {
    id: `${PREFIX}${account}:${source}:${from}`,
    kind: 'unknown',
    name: 'several credentials that nobody here is known to own',
    account,
  }
}

/** True for what `unclaimedIdentity` makes. */
export function isUnclaimed({ id, kind }: Pick<Identity, 'id' | 'kind'>): boolean {
  return kind === 'unknown' && id.startsWith(PREFIX)
}
