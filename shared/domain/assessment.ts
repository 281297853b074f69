import { z } from 'zod'
import { isAboutAct } from './attempt.ts'
import { Finding } from './finding.ts'
import { orAbsent, Points } from './stored.ts'

/** The share of its weight that a further finding of the same group counts with, because findings of a group are correlated. */
const CORRELATED_SHARE = 0.25

/** One finding and the points of the risk that it accounts for. The shares of an assessment add up to its base risk. */
export const Contribution = z.strictObject({ finding: Finding, share: Points }).readonly()
export type Contribution = z.infer<typeof Contribution>

/** What a model says of a case. Every reason cites the evidence that it rests on, by the ids of the evidence pack. */
export const Opinion = z
  .strictObject({
    /** The likelihood of compromise. */
    likelihood: Points,
    verdict: z.enum(['compromised', 'legitimate', 'unclear']),
    reasons: z.array(z.strictObject({ text: z.string(), evidence: z.array(z.string()).readonly() }).readonly()).readonly(),
    /** ATT&CK ids. */
    techniques: z.array(z.string()).readonly(),
    narrative: z.string(),
    nextSteps: z.array(z.string()).readonly(),
    model: z.string(),
    /** The cost of the answer, in tokens and milliseconds. */
    inputTokens: z.number().min(0),
    outputTokens: z.number().min(0),
    milliseconds: z.number().min(0),
  })
  .readonly()
export type Opinion = z.infer<typeof Opinion>

/**
 * Why there is no opinion.
 *
 * `absent`: no advisor is configured. `late`: no answer came by the deadline. `malformed`: the answer does not match the schema.
 * `invented`: the answer cites evidence that is not in the pack. `refused`: a guardrail or the model refused to answer. `throttled`:
 * Bedrock throttled the request. `failed`: Bedrock returned another error. `over-budget`: the questions of this hour are used up.
 * `circuit-open`: the advisor failed several times in a row and is not asked for a while.
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

/** The advisor's opinion, or why there is none. `shift` is the number of points by which it moved the risk, inside the policy's bounds. */
export const AdvisorOpinion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('answered'), shift: z.number().min(-100).max(100), ...Opinion.unwrap().shape }).readonly(),
  z.strictObject({ kind: z.literal('fallback'), cause: AdvisorFallback }).readonly(),
])
export type AdvisorOpinion = z.infer<typeof AdvisorOpinion>

/** The risk, 0 to 100, with every contribution named, and the advisor's opinion where one was asked for. */
export const Assessment = z
  .strictObject({
    risk: Points,
    /** The risk before the advisor's opinion. */
    baseRisk: Points,
    /** The risk of the strongest single finding, 0 to 100. The advisor never moves the risk below it. */
    floor: Points,
    isConfirmed: z.boolean(),
    contributions: z.array(Contribution).readonly(),
    opinion: orAbsent(AdvisorOpinion),
  })
  .readonly()
export type Assessment = z.infer<typeof Assessment>

/**
 * Combines findings by noisy-or: risk = 100 × (1 − Π (1 − weight)).
 *
 * The risk never falls with more evidence, is bounded, and does not depend on the order. Of each group the strongest finding counts in
 * full and the others with a quarter of their weight. A finding's share is proportional to −ln(1 − weight), so the shares add up to the
 * risk. See docs/decisions/0003-noisy-or.md. `weights` are the policy's factors by detector; they do not apply to confirmed findings.
 */
export function assessmentOf(evidence: readonly Finding[], weights: Readonly<Record<string, number>> = NO_WEIGHTS): Assessment {
  const ordered = strongestOfEachDetector(withFactors(evidence, weights))
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

/** The risk of what the identity did alone, without what somebody only attempted. Not above the risk before any opinion. */
export function riskOfActs({ baseRisk, contributions }: Assessment): number {
  const acts = contributions.map(({ finding }) => finding).filter(isAboutAct)
  return acts.length === contributions.length ? baseRisk : Math.min(baseRisk, assessmentOf(acts).baseRisk)
}

/** Applies an opinion inside the policy's bounds: at most `maxShift` points either way, never below the floor. */
export function withOpinion(assessment: Assessment, answer: Opinion, maxShift: number): Assessment {
  const shift = Math.max(-maxShift, Math.min(maxShift, answer.likelihood - assessment.baseRisk))
  const risk = Math.max(Math.min(assessment.floor, assessment.baseRisk), Math.min(100, round(assessment.baseRisk + shift)))
  const opinion: AdvisorOpinion = { ...answer, kind: 'answered', shift: round(risk - assessment.baseRisk) }
  return { ...assessment, risk, opinion }
}

const NO_WEIGHTS: Readonly<Record<string, number>> = {}

function withFactors(evidence: readonly Finding[], weights: Readonly<Record<string, number>>): readonly Finding[] {
  if (weights === NO_WEIGHTS) return evidence
  return evidence.map((finding) => {
    const factor = finding.isConfirmed || !Object.hasOwn(weights, finding.detector) ? 1 : (weights[finding.detector] as number)
    return factor === 1 ? finding : { ...finding, weight: Math.min(0.999, finding.weight * factor) }
  })
}

function strongestOfEachDetector(evidence: readonly Finding[]): Finding[] {
  // What was only attempted must not take the place of what was done.
  const strongest = new Map<string, Finding>()
  for (const finding of evidence) {
    const key = isAboutAct(finding) ? finding.detector : `attempt ${finding.detector}`
    const kept = strongest.get(key)
    if (kept === undefined || finding.weight > kept.weight) strongest.set(key, finding)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight || (a.detector < b.detector ? -1 : 1))
}

/** Rounds to one decimal: weights are set by judgement and support no more precision. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
