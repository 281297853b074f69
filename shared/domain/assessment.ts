import type { Finding } from './finding.ts'

/** How much of a second finding of the same group counts: they are correlated, so not in full. */
const CORRELATED_SHARE = 0.25

/** One finding and the points of the risk that it accounts for. The shares of an assessment add up to its base risk. */
export interface Contribution {
  readonly finding: Finding
  readonly share: number
}

/** What a model says of a case. Every reason names the evidence that it rests on, by the ids of the pack. */
export interface Opinion {
  /** Of compromise, 0–100. */
  readonly likelihood: number
  readonly verdict: 'compromised' | 'legitimate' | 'unclear'
  readonly reasons: readonly { readonly text: string; readonly evidence: readonly string[] }[]
  /** ATT&CK ids. */
  readonly techniques: readonly string[]
  readonly narrative: string
  readonly nextSteps: readonly string[]
  readonly model: string
  /** What it cost: tokens and milliseconds. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly milliseconds: number
}

/** What the advisor said, or why it said nothing. `shift` is what it moved the risk by, after the policy's bounds. */
export type AdvisorOpinion =
  | ({ readonly kind: 'answered'; readonly shift: number } & Opinion)
  | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/**
 * Why there is no opinion. `absent`: none is configured. `late`: no answer by the deadline. `malformed`: not what the schema wants.
 * `invented`: it rests on evidence that is not in the pack. `refused`: a guardrail or the model stopped it. `throttled`, `failed`:
 * Bedrock did. `over-budget`: the hour's questions are used up. `circuit-open`: it failed again and again, and rests.
 */
export type AdvisorFallback =
  | 'absent'
  | 'late'
  | 'malformed'
  | 'invented'
  | 'refused'
  | 'throttled'
  | 'failed'
  | 'over-budget'
  | 'circuit-open'

/** Risk 0–100 with every contribution named, and the advisor's opinion where one was asked for. */
export interface Assessment {
  readonly risk: number
  /** The risk before the advisor. */
  readonly baseRisk: number
  /** The advisor never moves the risk below this: the strongest single finding. */
  readonly floor: number
  readonly isConfirmed: boolean
  readonly contributions: readonly Contribution[]
  readonly opinion: AdvisorOpinion | undefined
}

/**
 * Adds evidence up by noisy-or: risk = 100 × (1 − Π (1 − weight)).
 *
 * Monotone (more evidence never lowers the risk), bounded, and independent of the order. Of each group the strongest
 * finding counts in full and the others with a quarter of their weight. A finding's share is its part of the
 * log-odds-like sum −ln(1 − weight), so shares add up to the risk. See docs/decisions/0003-noisy-or.md. `weights` are the policy's
 * factors by detector; what is confirmed is never weighed.
 */
export function assessmentOf(evidence: readonly Finding[], weights: Readonly<Record<string, number>> = NO_WEIGHTS): Assessment {
  const ordered = strongestOfEachDetector(weighed(evidence, weights))
  const groups = new Set<string>()
  const strengths = ordered.map((finding) => {
    const counted = groups.has(finding.group) ? finding.weight * CORRELATED_SHARE : finding.weight
    groups.add(finding.group)
    return -Math.log1p(-Math.min(counted, 0.999))
  })
  const total = strengths.reduce((sum, strength) => sum + strength, 0)
  const risk = round(100 * -Math.expm1(-total))
  return {
    risk,
    baseRisk: risk,
    floor: round(100 * (ordered[0]?.weight ?? 0)),
    isConfirmed: ordered.some((finding) => finding.isConfirmed),
    contributions: ordered.map((finding, at) => ({ finding, share: total === 0 ? 0 : (risk * (strengths[at] as number)) / total })),
    opinion: undefined,
  }
}

/** Applies an opinion inside the policy's bounds: at most `maxShift` points either way, never below the floor. */
export function withOpinion(assessment: Assessment, answer: Opinion, maxShift: number): Assessment {
  const wished = Math.max(-maxShift, Math.min(maxShift, answer.likelihood - assessment.baseRisk))
  const risk = Math.max(Math.min(assessment.floor, assessment.baseRisk), Math.min(100, round(assessment.baseRisk + wished)))
  const opinion: AdvisorOpinion = { ...answer, kind: 'answered', shift: round(risk - assessment.baseRisk) }
  return { ...assessment, risk, opinion }
}

const NO_WEIGHTS: Readonly<Record<string, number>> = {}

function weighed(evidence: readonly Finding[], weights: Readonly<Record<string, number>>): readonly Finding[] {
  if (weights === NO_WEIGHTS) return evidence
  return evidence.map((finding) => {
    const factor = finding.isConfirmed || !Object.hasOwn(weights, finding.detector) ? 1 : (weights[finding.detector] as number)
    return factor === 1 ? finding : { ...finding, weight: Math.min(0.999, finding.weight * factor) }
  })
}

function strongestOfEachDetector(evidence: readonly Finding[]): Finding[] {
  const strongest = new Map<string, Finding>()
  for (const finding of evidence) {
    const kept = strongest.get(finding.detector)
    if (kept === undefined || finding.weight > kept.weight) strongest.set(finding.detector, finding)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight || (a.detector < b.detector ? -1 : 1))
}

/** One decimal is all the precision that a weight set by judgement supports. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
