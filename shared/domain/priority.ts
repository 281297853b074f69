import type { Assessment } from './assessment.ts'
import type { BlastRadius } from './blast-radius.ts'
import type { Finding } from './finding.ts'

/** Findings that come before everything else: while the responder is blind nothing else is seen, and what was contained and works is out of control. */
const URGENT: ReadonlySet<string> = new Set(['responder-tampered', 'contained-credential-used'])

/** Up to this weight even an urgent finding is an ordinary one. */
const URGENT_WEIGHT = 0.5

/** What reach of 100, and an exposed credential, add to evidence of 50; to stronger and to weaker evidence they add less. */
const REACH_SHARE = 0.5
const EXPOSURE_SHARE = 0.2

/** The highest priority, which nothing but an alarm about the responder or a containment has. */
export const ALARM = 100
const HIGHEST = 99.9

/** What a priority is made of, in points: they add up to it, as long as that is not the highest. */
export interface PriorityParts {
  /** The risk, which is compromise and harm in one number. */
  readonly evidence: number
  readonly reach: number
  readonly exposure: number
}

type Weighed = Pick<Assessment, 'risk' | 'baseRisk' | 'isConfirmed'>

/**
 * The order of work, 0 to 100: the evidence, and what reach and exposure add to it. They add evidence × (100 − evidence) / 100 × share, so that nothing lowers
 * what is certain, and stronger evidence stays ahead of weaker where the rest is the same. See docs/reach.md.
 */
export function priorityOf(assessment: Weighed, blastRadius: Pick<BlastRadius, 'score'>, findings: readonly Finding[]): number {
  if (findings.some(({ detector, weight }) => URGENT.has(detector) && weight > URGENT_WEIGHT)) return ALARM
  const { evidence, reach, exposure } = priorityParts(assessment, blastRadius, findings)
  return Math.min(HIGHEST, round(evidence + reach + exposure))
}

/** The parts of a priority, for people. */
export function priorityParts(
  { risk, baseRisk, isConfirmed }: Weighed,
  { score }: Pick<BlastRadius, 'score'>,
  findings: readonly Finding[],
): PriorityParts {
  // What is confirmed no opinion lowers.
  const evidence = isConfirmed ? Math.max(risk, baseRisk) : risk
  const room = (evidence * (100 - evidence)) / 100
  const isExposed = findings.some(({ group }) => group === 'exposure')
  return { evidence, reach: round((room * REACH_SHARE * score) / 100), exposure: isExposed ? round(room * EXPOSURE_SHARE) : 0 }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
