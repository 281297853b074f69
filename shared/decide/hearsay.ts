import type { Folded } from '../detect/fold.ts'
import { assessmentOf } from '../domain/assessment.ts'
import { isHeardOnly, isHearsay } from '../domain/ceilings.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { patternFor } from './accepted-by.ts'
import { namesOf, readBounds } from './bounds.ts'
import { isCovered } from './correlate.ts'
import { decide } from './decide.ts'
import type { EvaluationContext } from './evaluation.ts'
import { familiarityIn } from './familiarity.ts'

/**
 * The signal with the evidence that counts in the incident which it may join: all of it, or, where its calls alone would be in no incident, what anybody may have
 * written.
 *
 * An incident that a ticket opened asks about the ticket. It must not gather what is too little for an incident, what a person accepted, or what a release covers: added up, that
 * could stop an owner whom nothing would have stopped without the ticket.
 */
export async function countedWith(folded: Folded, last: Incident | undefined, context: EvaluationContext): Promise<Folded> {
  const { evidence } = folded
  const isHeard = last !== undefined && isHeardOnly(last)
  if (last !== undefined && !isClosed(last) && !isHeard) return folded
  if (!isHeard && !evidence.some(isHearsay)) return folded
  const isProven = (finding: Folded['findings'][number]) => !isHearsay(finding)
  const calls = { ...folded, findings: folded.findings.filter(isProven), evidence: evidence.filter(isProven) }
  return (await isSettled(calls, last, context)) ? { ...folded, evidence: evidence.filter(isHearsay) } : folded
}

/** What correlation compares of a signal: of the findings too only those that count. */
export function comparedOf(counted: Folded, { evidence }: Folded): Folded {
  return counted.evidence === evidence ? counted : { ...counted, findings: counted.findings.filter(isHearsay) }
}

/** The release that still speaks for calls, where hearsay opens an incident after it: of the last incident, or of the one before that. */
export function releaseBefore(last: Incident | undefined, time: number): string | undefined {
  if (last === undefined) return undefined
  return isInForce(last, time) && !isHeardOnly(last) ? last.id : last.releasedBefore
}

/** True where calls with this evidence open no incident. */
async function isSettled(calls: Folded, last: Incident | undefined, context: EvaluationContext): Promise<boolean> {
  const { signal, evidence, findings } = calls
  if (evidence.length + findings.length === 0) return true
  const { unitOfWork, policy, ports } = context
  const release = releaseBefore(last, signal.time)
  const released = release === undefined ? undefined : (await unitOfWork.incident(release))?.value
  if (released !== undefined && isInForce(released, signal.time) && isCovered(calls, released)) return true
  if ((await patternFor(calls, context)) !== undefined) return true
  const { identity } = signal
  const bounds = await readBounds(identity, context, { lineage: [], names: await namesOf(identity, context) })
  const own = assessmentOf(evidence, { detectors: policy.detectors, familiarity: familiarityIn(unitOfWork, signal) })
  return decide(own, identity, bounds, ports).would === 'observe'
}

function isInForce(incident: Incident, time: number): boolean {
  return isClosed(incident) && incident.suppression !== undefined && time < incident.suppression.until
}
