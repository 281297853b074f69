import { principalIn } from './arn.ts'
import { isHearsay } from './ceilings.ts'
import type { Incident, LineageEdge } from './incident.ts'

/** When the first finding was made, in epoch milliseconds: of a call, where there is any, because a party says of a time what it likes. */
export function firstFindingAt({ findings }: Pick<Incident, 'findings'>): number {
  const calls = findings.filter((finding) => !isHearsay(finding))
  return Math.min(...(calls.length === 0 ? findings : calls).map(({ time }) => time))
}

/** What says when the first finding of an incident was. */
export type FoundSince = Pick<Incident, 'lineage' | 'findings' | 'openedAt'>

/**
 * The sessions of roles that the credentials of an incident had issued before its first finding: by all that is known, those of the owner. Of each detector an incident keeps the
 * strongest finding, so the first one may be gone: it is no later than when the incident was opened.
 */
export function sessionsBefore({ lineage, findings, openedAt }: FoundSince): readonly LineageEdge[] {
  const first = Math.min(openedAt, firstFindingAt({ findings }))
  return lineage.filter(
    ({ kind, time, owner }) => kind === 'session' && time !== undefined && time < first && principalIn(owner)?.kind === 'assumed-role',
  )
}
