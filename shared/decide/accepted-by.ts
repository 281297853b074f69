import type { Folded } from '../detect/fold.ts'
import { type AcceptedPattern, canHavePatterns, coveringPattern } from '../domain/accepted-pattern.ts'
import type { Assessment } from '../domain/assessment.ts'
import { incidentSignal } from '../domain/incident-signal.ts'
import { UnreadableEntry, UnreadableItem } from '../errors.ts'
import { namesOf, readBounds } from './bounds.ts'
import { decide } from './decide.ts'
import type { Evaluation, EvaluationContext } from './evaluation.ts'

/**
 * The evaluation of a signal of which a person has accepted all evidence; undefined where no pattern covers all of it, so that it counts as a whole. Nobody is
 * asked and nothing is done. What would have been more than observed stands in the timeline of the incident that the person answered.
 */
export async function acceptedBy(folded: Folded, own: Assessment, context: EvaluationContext): Promise<Evaluation | undefined> {
  const { signal, findings } = folded
  const pattern = await patternFor(folded, context)
  if (pattern === undefined) return undefined
  const { identity } = signal
  const bounds = await readBounds(identity, context, { lineage: [], names: await namesOf(identity, context) })
  const decided = decide(own, identity, bounds, context.ports)
  const { id, by, at, incidentId } = pattern
  if (decided.would !== 'observe' && findings.length > 0) {
    await context.ports.incidents.addSignal(
      incidentId,
      incidentSignal(signal, findings, { risk: own.risk, baseline: context.unitOfWork.peekState(identity.id).baseline }),
    )
    context.ports.log.info('respond.accepted', { identity: identity.id, pattern: id, incident: incidentId, would: decided.would })
  }
  const why = [`accepted by pattern ${id}, which ${by} made at ${at} of incident ${incidentId}`, ...decided.why]
  const decision = { ...decided, action: 'observe', would: 'observe', why } as const
  return { signal, findings, assessment: own, incidentId: undefined, decision }
}

/** The pattern that covers all evidence of a signal. */
export async function patternFor(
  { signal, findings, evidence }: Folded,
  { unitOfWork, policy, ports }: EvaluationContext,
): Promise<AcceptedPattern | undefined> {
  const { identity, credential, time } = signal
  const days = policy.release.patternDays
  if (days === 0 || !canHavePatterns(identity)) return undefined
  try {
    const patterns = await unitOfWork.patternsOf(identity.id)
    return coveringPattern({ identity, credential, time, evidence: [...findings, ...evidence] }, patterns, days)
  } catch (cause) {
    if (!(cause instanceof UnreadableItem || cause instanceof UnreadableEntry)) throw cause
    // What cannot be read accepts nothing: people are asked.
    ports.log.warn('respond.patterns.unreadable', { identity: identity.id, error: cause.message })
    return undefined
  }
}
