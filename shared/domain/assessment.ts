import * as z from 'zod'
import { isAboutAct } from './attempt.ts'
import { type DetectorTunings, tuningOf } from './detector-tuning.ts'
import { withoutDisabled } from './excepted.ts'
import { type EvidenceGroup, Finding, kindOfFinding } from './finding.ts'
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

/**
 * What is known of the owner's habits. `known`: the baseline is mature. `vouched`: it is not, and the credential is one that does not leak by itself: the
 * session of a workload in the place where AWS issued it. `unknown`: neither.
 */
export const Familiarity = z.enum(['known', 'vouched', 'unknown'])
export type Familiarity = z.infer<typeof Familiarity>

/**
 * How likely it is that the caller is not the owner (`compromise`), and how bad the calls are (`harm`), each 0 to 100, with every contribution named, and the
 * advisor's opinion where one was asked for. `risk` is both in one number, for ranking.
 */
export const Assessment = z
  .strictObject({
    risk: Points,
    /** The risk before the advisor's opinion. */
    baseRisk: Points,
    compromise: Points,
    harm: Points,
    /** The part of the compromise that does not rest on what the caller chooses, which is its tool. */
    unchosen: Points,
    /** The strongest single finding of something that nobody can take back. */
    lasting: Points,
    familiarity: Familiarity,
    /** The risk of the strongest single finding, 0 to 100. The advisor never moves the risk below it. */
    floor: Points,
    isConfirmed: z.boolean(),
    contributions: z.array(Contribution).readonly(),
    opinion: orAbsent(AdvisorOpinion),
  })
  .readonly()
export type Assessment = z.infer<typeof Assessment>

/** What findings are assessed with: how the policy says that detectors count, which does not apply to confirmed findings, and what is known of the owner. */
export interface AssessmentBasis {
  readonly detectors?: DetectorTunings
  readonly familiarity?: Familiarity
}

/**
 * Combines findings on each axis by noisy-or: 100 × (1 − Π (1 − weight)), and both axes in the same way to the risk.
 *
 * A fact counts once, by the strongest finding that rests on it. On the axis `who` facts are independent of each other and count in full; on the axis `what`
 * the strongest of each group counts in full and the others with a quarter of their weight. No number falls with more evidence, none depends on the order.
 * A finding's share of the risk is proportional to −ln(1 − weight). See docs/decisions/0003-noisy-or.md and 0036-who-and-what.md.
 */
export function assessmentOf(
  evidence: readonly Finding[],
  { detectors = NOT_TUNED, familiarity = 'unknown' }: AssessmentBasis = {},
): Assessment {
  const ordered = strongestOfEachDetector(tuned(evidence, detectors))
  const facts = new Set<string>()
  const groups = new Set<string>()
  const strengths = ordered.map((finding) => {
    const fact = `${isAboutAct(finding)} ${finding.axis} ${finding.fact}`
    if (facts.has(fact)) return 0
    facts.add(fact)
    const isFirst = finding.axis === 'who' || !groups.has(finding.group)
    groups.add(finding.group)
    return -Math.log1p(-Math.min(isFirst ? finding.weight : finding.weight * CORRELATED_SHARE, 0.999))
  })
  const sumOf = (isCounted: (finding: Finding) => boolean) =>
    ordered.reduce((sum, finding, at) => (isCounted(finding) ? sum + (strengths[at] as number) : sum), 0)
  const total = sumOf(() => true)
  const risk = pointsOf(total)
  return {
    risk,
    baseRisk: risk,
    compromise: pointsOf(sumOf(({ axis }) => axis === 'who')),
    harm: pointsOf(sumOf(({ axis }) => axis === 'what')),
    unchosen: pointsOf(sumOf(({ axis, fact }) => axis === 'who' && fact !== CHOSEN_FACT)),
    lasting: round(100 * Math.max(0, ...ordered.filter(({ group }) => LASTING.includes(group)).map(({ weight }) => weight))),
    familiarity,
    floor: round(100 * (ordered[0]?.weight ?? 0)),
    isConfirmed: evidence.some((finding) => finding.isConfirmed),
    contributions: ordered.map((finding, at) => ({ finding, share: total === 0 ? 0 : (risk * (strengths[at] as number)) / total })),
    opinion: undefined,
  }
}

/** Whoever calls chooses the user agent, the owner's wrapper as well as an intruder: it says something only beside something else. */
export const CHOSEN_FACT = 'tool'

/** What is destroyed, or has left the account, or was not logged, stays so. */
const LASTING: readonly EvidenceGroup[] = ['impact', 'exfiltration', 'evasion']

/** A sum of −ln(1 − weight) as points, 0 to 100. */
function pointsOf(sum: number): number {
  return round(100 * -Math.expm1(-sum))
}

/** The numbers that an action goes by. */
export type Numbers = Pick<Assessment, 'baseRisk' | 'compromise' | 'harm' | 'unchosen' | 'lasting'>

/** The numbers of some of the findings alone. None is above that of all. */
export function numbersOf(assessment: Assessment, isCounted: (finding: Finding) => boolean): Numbers {
  const { baseRisk, compromise, harm, unchosen, lasting, contributions } = assessment
  const counted = contributions.map(({ finding }) => finding).filter(isCounted)
  if (counted.length === contributions.length) return assessment
  const own = assessmentOf(counted)
  return {
    baseRisk: Math.min(baseRisk, own.baseRisk),
    compromise: Math.min(compromise, own.compromise),
    harm: Math.min(harm, own.harm),
    unchosen: Math.min(unchosen, own.unchosen),
    lasting: Math.min(lasting, own.lasting),
  }
}

/** Applies an opinion inside the policy's bounds: at most `maxShift` points either way, never below the floor. */
export function withOpinion(assessment: Assessment, answer: Opinion, maxShift: number): Assessment {
  const shift = Math.max(-maxShift, Math.min(maxShift, answer.likelihood - assessment.baseRisk))
  const risk = Math.max(Math.min(assessment.floor, assessment.baseRisk), Math.min(100, round(assessment.baseRisk + shift)))
  const opinion: AdvisorOpinion = { ...answer, kind: 'answered', shift: round(risk - assessment.baseRisk) }
  return { ...assessment, risk, opinion }
}

const NOT_TUNED: DetectorTunings = {}

/** The findings that count, with the weights that they count with. */
function tuned(evidence: readonly Finding[], tunings: DetectorTunings): readonly Finding[] {
  if (tunings === NOT_TUNED) return evidence
  return withoutDisabled(evidence, tunings).counted.map((finding) => {
    const factor = finding.isConfirmed ? 1 : tuningOf(tunings, finding.detector).weight
    return factor === 1 ? finding : { ...finding, weight: Math.min(0.999, finding.weight * factor) }
  })
}

function strongestOfEachDetector(evidence: readonly Finding[]): Finding[] {
  // What was only attempted must not take the place of what was done.
  const strongest = new Map<string, Finding>()
  for (const finding of evidence) {
    const key = `${isAboutAct(finding)} ${finding.isConfirmed} ${kindOfFinding(finding)}`
    const kept = strongest.get(key)
    if (kept === undefined || finding.weight > kept.weight) strongest.set(key, finding)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight || (a.detector < b.detector ? -1 : 1))
}

/** Rounds to one decimal: weights are set by judgement and support no more precision. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
