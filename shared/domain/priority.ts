import type { Assessment } from './assessment.ts'
import type { BlastRadius } from './blast-radius.ts'
import type { Criticality } from './criticality.ts'
import type { Finding } from './finding.ts'

/** Findings that come before everything else: while the responder is blind nothing else is seen, and what was contained and works is out of control. */
const URGENT: ReadonlySet<string> = new Set(['responder-tampered', 'contained-credential-used'])

/** Up to this weight even an urgent finding is an ordinary one. */
const URGENT_WEIGHT = 0.5

/**
 * What reach of 100, an exposed credential, and what matters most add to the evidence, as shares of evidence × (100 − evidence) / 100. Together they are 1: with more,
 * stronger evidence could come after weaker evidence of an identity that is the same in all else.
 */
const REACH_SHARE = 0.5
const EXPOSURE_SHARE = 0.2
const CRITICALITY_SHARE = 0.3

/** The highest priority, which nothing but an alarm about the responder or a containment has. */
export const ALARM = 100
const HIGHEST = 99.9

/** What a priority is made of, in points: they add up to it, as long as that is not the highest. */
export interface PriorityParts {
  /** The risk, which is compromise and harm in one number. */
  readonly evidence: number
  readonly reach: number
  readonly exposure: number
  readonly criticality: number
}

/** What of an incident its priority is made of. */
export interface Weighed {
  readonly assessment: Pick<Assessment, 'risk' | 'baseRisk' | 'isConfirmed'>
  readonly blastRadius: Pick<BlastRadius, 'score'>
  readonly findings: readonly Finding[]
  /** Absent where nothing is known of it, which adds nothing. */
  readonly criticality?: Pick<Criticality, 'raise'> | undefined
}

/**
 * The order of work, 0 to 100: the evidence, and what reach, exposure and criticality add to it. They add evidence × (100 − evidence) / 100 × share, so that nothing
 * lowers what is certain, and stronger evidence stays ahead of weaker where the rest is the same. See docs/reach.md.
 */
export function priorityOf(incident: Weighed): number {
  if (incident.findings.some(({ detector, weight }) => URGENT.has(detector) && weight > URGENT_WEIGHT)) return ALARM
  const { evidence, reach, exposure, criticality } = priorityParts(incident)
  return Math.min(HIGHEST, round(evidence + reach + exposure + criticality))
}

/** The parts of a priority, for people. */
export function priorityParts({ assessment, blastRadius, findings, criticality }: Weighed): PriorityParts {
  const { risk, baseRisk, isConfirmed } = assessment
  // What is confirmed no opinion lowers.
  const evidence = isConfirmed ? Math.max(risk, baseRisk) : risk
  const room = (evidence * (100 - evidence)) / 100
  const isExposed = findings.some(({ group }) => group === 'exposure')
  return {
    evidence,
    reach: round((room * REACH_SHARE * blastRadius.score) / 100),
    exposure: isExposed ? round(room * EXPOSURE_SHARE) : 0,
    criticality: round(room * CRITICALITY_SHARE * (criticality?.raise ?? 0)),
  }
}

/** What of an incident its place in the order of work is made of. */
interface Ranked {
  readonly priority: number
  readonly criticality?: Pick<Criticality, 'raise'>
}

/** Sorts by priority, the highest first, and what matters more before the rest where priorities are equal: what is certain has no room for more points. */
export function byPriority(a: Ranked, b: Ranked): number {
  return b.priority - a.priority || raiseOf(b) - raiseOf(a)
}

/** A text that sorts as `byPriority` does, the last one first. What older releases wrote has no raise. */
export function sortablePriority(incident: Ranked): string {
  const raise = raiseOf(incident)
  return `${incident.priority.toFixed(1).padStart(5, '0')}${raise === 0 ? '' : ` ${raise.toFixed(2)}`}`
}

function raiseOf({ criticality }: Ranked): number {
  return criticality?.raise ?? 0
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
