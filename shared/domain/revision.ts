import { createHash } from 'node:crypto'
import { canonical } from './change.ts'
import type { Incident } from './incident.ts'

/**
 * A hash of what a reviewer saw of an incident, in 16 hex digits: its state, the end of its change log, the decision and the detectors.
 *
 * A Slack button carries it, so that an old message cannot act on a new state. The stored version of the incident cannot serve for this: it
 * rises with every refused call of an intruder, so an incident under attack could never be answered.
 */
export function revisionOf({ id, state, head, decision, decidedBy, findings }: Incident): string {
  const evidence = [...new Set(findings.map(({ detector }) => detector))].sort()
  const seen = { id, state, head, action: decision.action, would: decision.would, decidedBy: decidedBy.signalId, evidence }
  return createHash('sha256').update(canonical(seen)).digest('hex').slice(0, 16)
}
