import { createHash } from 'node:crypto'
import { canonical } from './change.ts'
import type { Incident } from './incident.ts'

/**
 * What a reviewer saw of an incident, in 16 hex digits: its state, the round it is in, the decision and the kinds of evidence.
 *
 * A button is bound to it, so an old message cannot act on a new state. The stored version would not do: it counts every
 * refused call of an intruder, and an incident under fire could never be answered.
 */
export function revisionOf({ id, state, head, decision, decidedBy, findings }: Incident): string {
  const evidence = [...new Set(findings.map(({ detector }) => detector))].sort()
  const seen = { id, state, head, action: decision.action, would: decision.would, decidedBy: decidedBy.signalId, evidence }
  return createHash('sha256').update(canonical(seen)).digest('hex').slice(0, 16)
}
