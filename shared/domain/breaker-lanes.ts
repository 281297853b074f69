import { CANARY_USED } from './canary.ts'
import { ceilingOf } from './ceilings.ts'
import type { Incident } from './incident.ts'
import type { Policy } from './policy.ts'
import { refusedAction } from './refused-action.ts'

/** What the breaker counts apart: a lane of containments or of restrictions. */
export type BreakerLaneKind = 'ordinary' | 'urgent' | 'confirmed' | 'ordered' | RestrictionLane

/** Lanes of restrictions: all of them, and those of a high priority where there is no place left. */
type RestrictionLane = 'restricted' | 'restricted-urgent'

/** True for a lane of restrictions. */
export function isOfRestrictions(kind: BreakerLaneKind): kind is RestrictionLane {
  return kind === 'restricted' || kind === 'restricted-urgent'
}

/**
 * The lanes in which an incident may have its place, in this order. A canary has ordinary places alone: whoever may create users could use up those that what AWS
 * confirms and what is urgent need, and a canary has no rights, so one that waits for a person does no harm.
 */
export function lanesOf(
  { assessment, priority }: Pick<Incident, 'assessment' | 'priority'>,
  { policy, of }: { readonly policy: LanePolicy; readonly of: 'containment' | 'restriction' },
): readonly [BreakerLaneKind, ...BreakerLaneKind[]] {
  const confirmed = assessment.contributions
    .map(({ finding }) => finding)
    .filter((finding) => finding.isConfirmed && ceilingOf(finding, policy) === 'contain')
  const isConfirmed = confirmed.some(({ detector }) => detector !== CANARY_USED)
  const isOfCanary = confirmed.length > 0 && !isConfirmed
  const isUrgent = priority >= policy.breaker.urgentPriority && !isOfCanary
  if (of === 'restriction') return isUrgent ? ['restricted', 'restricted-urgent'] : ['restricted']
  if (isConfirmed) return ['confirmed', 'urgent', 'ordinary']
  return isUrgent ? ['urgent', 'ordinary'] : ['ordinary']
}

/** What of a policy says in which lanes an incident has a place. */
export type LanePolicy = Pick<Policy, 'breaker' | 'signals' | 'disclosedSecret'>

/** The beginning of a reason that says that the breaker has no place. */
const REFUSED = 'breaker: '

/** The reason for people why an incident has no place of the breaker. */
export function refusedByBreaker(why: string): string {
  return `${REFUSED}${why}`
}

/**
 * The incident without the breaker's refusal, where what was found since opens a lane to it that it had not: it has become urgent, or AWS has confirmed it. It is tried
 * again then. Undefined where the breaker did not refuse it, or more evidence of the same kind opens none.
 */
export function withNewLane(before: Incident, now: Incident, policy: LanePolicy): Incident | undefined {
  const refused = refusedAction(now)
  const why = now.decision.why.filter((line) => !line.startsWith(REFUSED))
  if (refused === undefined || why.length === now.decision.why.length) return undefined
  const of = refused === 'contain' ? 'containment' : 'restriction'
  const had = lanesOf(before, { policy, of })
  const isOpen = lanesOf(now, { policy, of }).some((lane) => !had.includes(lane))
  return isOpen ? { ...now, decision: { ...now.decision, why } } : undefined
}
