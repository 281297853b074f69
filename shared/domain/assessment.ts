import { z } from 'zod'
import { Finding } from './finding.ts'
import { orAbsent, Points } from './stored.ts'

/** How much of a second finding of the same group counts: they are correlated, so not in full. */
const CORRELATED_SHARE = 0.25

/** One finding and the points of the risk that it accounts for. The shares of an assessment add up to its base risk. */
export const Contribution = z.strictObject({ finding: Finding, share: Points }).readonly()
export type Contribution = z.infer<typeof Contribution>

/** What a model says of a case. Every reason names the evidence that it rests on, by the ids of the pack. */
export const Opinion = z
  .strictObject({
    /** Of compromise. */
    likelihood: Points,
    verdict: z.enum(['compromised', 'legitimate', 'unclear']),
    reasons: z.array(z.strictObject({ text: z.string(), evidence: z.array(z.string()).readonly() }).readonly()).readonly(),
    /** ATT&CK ids. */
    techniques: z.array(z.string()).readonly(),
    narrative: z.string(),
    nextSteps: z.array(z.string()).readonly(),
    model: z.string(),
    /** What it cost: tokens and milliseconds. */
    inputTokens: z.number().min(0),
    outputTokens: z.number().min(0),
    milliseconds: z.number().min(0),
  })
  .readonly()
export type Opinion = z.infer<typeof Opinion>

/**
 * Why there is no opinion. `absent`: none is configured. `late`: no answer by the deadline. `malformed`: not what the schema wants.
 * `invented`: it rests on evidence that is not in the pack. `refused`: a guardrail or the model stopped it. `throttled`, `failed`:
 * Bedrock did. `over-budget`: the hour's questions are used up. `circuit-open`: it failed again and again, and rests.
 */
export const AdvisorFallback = z.enum([
  'absent',
  'late',
  'malformed',
  'invented',
  'refused',
  'throttled',
  'failed',
  'over-budget',
  'circuit-open',
])
export type AdvisorFallback = z.infer<typeof AdvisorFallback>

/** What the advisor said, or why it said nothing. `shift` is what it moved the risk by, after the policy's bounds. */
export const AdvisorOpinion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('answered'), shift: z.number().min(-100).max(100), ...Opinion.unwrap().shape }).readonly(),
  z.strictObject({ kind: z.literal('fallback'), cause: AdvisorFallback }).readonly(),
])
export type AdvisorOpinion = z.infer<typeof AdvisorOpinion>

/** Risk 0–100 with every contribution named, and the advisor's opinion where one was asked for. */
export const Assessment = z
  .strictObject({
    risk: Points,
    /** The risk before the advisor. */
    baseRisk: Points,
    /** The advisor never moves the risk below this: the strongest single finding. */
    floor: Points,
    isConfirmed: z.boolean(),
    contributions: z.array(Contribution).readonly(),
    opinion: orAbsent(AdvisorOpinion),
  })
  .readonly()
export type Assessment = z.infer<typeof Assessment>

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
