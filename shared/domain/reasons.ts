import { isStronger } from './action.ts'
import { assessmentOf, type Contribution } from './assessment.ts'
import { counted } from './counted.ts'
import type { Finding } from './finding.ts'
import type { Incident, IncidentSignal } from './incident.ts'
import { callsIn } from './timeline.ts'

/** The findings of an incident, apart: the reasons for what was done, and what was found afterwards. */
export interface Reasons {
  /** Largest share first. */
  readonly contributions: readonly Contribution[]
  /** What was found after the decision to contain: not a reason for it, and mostly calls that the containment refused. Largest share first. */
  readonly since: readonly Contribution[]
}

/**
 * Why the responder acted, or would have: the findings up to the decision to contain or restrict, or all where it calls for neither.
 *
 * A denied call after that is denied by our own step, so it is never a reason for that step. Of each detector an incident keeps the strongest
 * finding only, so the shares may add up to less than the risk at the decision. Where every finding that is kept came later, they stand in for the
 * earlier ones of the same detectors.
 */
export function reasonsOf(incident: Pick<Incident, 'assessment' | 'decision' | 'decidedBy' | 'containedAt'>): Reasons {
  const { assessment } = incident
  const until = reasonsUntil(incident)
  const before = assessment.contributions.filter(({ finding }) => until === undefined || finding.time <= until)
  const isSplit = before.length > 0 && before.length < assessment.contributions.length
  if (!isSplit) return { contributions: largestFirst(assessment.contributions), since: [] }
  const { contributions } = assessmentOf(before.map(({ finding }) => finding))
  const since = assessment.contributions.filter((one) => !before.includes(one))
  return { contributions: largestFirst(contributions), since: largestFirst(since) }
}

/**
 * The detectors of findings since the decision of which an earlier, weaker finding was a reason for it, by the timeline. An incident keeps the strongest
 * of each detector and credential, so the later one stands in its place.
 */
export function weakerReasons(
  incident: Pick<Incident, 'assessment' | 'decision' | 'decidedBy' | 'containedAt'>,
  signals: readonly IncidentSignal[],
): ReadonlySet<string> {
  const until = reasonsUntil(incident) ?? Number.NEGATIVE_INFINITY
  const before = signals.filter(({ time }) => time <= until)
  const wasFound = ({ detector, credentialId }: Finding) =>
    before.some((signal) => signal.credentialId === credentialId && signal.detectors.includes(detector))
  return new Set(reasonsOf(incident).since.flatMap(({ finding }) => (wasFound(finding) ? [finding.detector] : [])))
}

/** Those of the strongest findings, `most` of them, that came after the decision: not reasons for it, and part of the risk by now. Largest share first. */
export function strongestSince(
  incident: Pick<Incident, 'assessment' | 'decision' | 'decidedBy' | 'containedAt'>,
  most: number,
): readonly Contribution[] {
  const strongest = largestFirst(incident.assessment.contributions).slice(0, most)
  return reasonsOf(incident).since.filter((one) => strongest.includes(one))
}

/** What the calls that `refusedAfter` counts came after. */
export function refusingAction({ restrictedAt }: Pick<Incident, 'restrictedAt'>): 'restriction' | 'containment' {
  return restrictedAt === undefined ? 'containment' : 'restriction'
}

/** What was done to an incident, in one word. */
export function measureOf({ containedAt, restrictedAt }: Pick<Incident, 'containedAt' | 'restrictedAt'>): string {
  return containedAt === undefined && restrictedAt !== undefined ? 'restriction' : 'containment'
}

/** How many calls of a timeline were refused after the restriction, or the containment where there was none before; an estimate where it is thinned. */
export function refusedAfter(
  { containedAt, restrictedAt }: Pick<Incident, 'containedAt' | 'restrictedAt'>,
  signals: readonly IncidentSignal[],
): number {
  const since = restrictedAt ?? containedAt
  return since === undefined ? 0 : callsIn(signals.filter(({ time, outcome }) => outcome === 'denied' && time > since))
}

/** The risk, and what makes it another one than the decision names: the advisor's opinion, or what was found after the decision. */
export function riskText(incident: Pick<Incident, 'assessment' | 'decision' | 'decidedBy' | 'containedAt'>): string {
  const { risk, baseRisk, opinion } = incident.assessment
  if (reasonsOf(incident).since.length > 0) return `${risk} of 100 by now, with what was found after the decision`
  if (opinion?.kind !== 'answered' || opinion.shift === 0) return `${risk} of 100`
  const moved = opinion.shift < 0 ? `${-opinion.shift} less` : `${opinion.shift} more`
  return `${risk} of 100: ${baseRisk} by its findings, and ${moved} by the advisor${opinion.shift < 0 ? ', who suppresses no question' : ''}`
}

/** The risk that a decision by the thresholds names. */
const DECIDED = /^risk (\d+(?:\.\d+)?)(?: reaches | below |;)/

/** The risk at which the decision was taken; undefined where it names none, as a person's order does. */
export function decidedRisk({ decision }: Pick<Incident, 'decision'>): number | undefined {
  return decision.why.flatMap((line) => Number(DECIDED.exec(line)?.[1] ?? Number.NaN)).findLast((risk) => !Number.isNaN(risk))
}

/** Before the detectors whose findings do not count for a decision, in a reason of it. */
export const UNCOUNTED = 'counted without '

/** Points are printed to a tenth. */
const PRINTED = 0.1

/**
 * Why the points of the reasons do not add up to the risk that the decision names, as a sentence; undefined where they do, where people are only asked, and where the advisor moved the
 * risk, which the line of the risk says. `weaker`: the detectors of which a weaker finding counted then.
 */
export function sumLine(incident: Incident, weaker: ReadonlySet<string>): string | undefined {
  const { opinion } = incident.assessment
  if (reasonsUntil(incident) === undefined || (opinion?.kind === 'answered' && opinion.shift !== 0)) return undefined
  const decided = decidedRisk(incident)
  const points = reasonsOf(incident).contributions.reduce((sum, { share }) => sum + share, 0)
  if (decided === undefined || Math.abs(points - decided) <= PRINTED) return undefined
  const why = points < decided ? lessBecause(weaker) : moreBecause(incident)
  return `These points add up to ${points.toFixed(1)}, not to the ${decided} of the decision: ${why}.`
}

function lessBecause(weaker: ReadonlySet<string>): string {
  return weaker.size === 0
    ? 'of each detector the strongest finding is kept, and some of these came later'
    : `a weaker finding of ${[...weaker].join(', ')} counted then, and only the stronger one, which came later, is kept`
}

function moreBecause({ decision }: Pick<Incident, 'decision'>): string {
  const said = decision.why.findLast((line) => line.startsWith(UNCOUNTED))
  return said === undefined
    ? 'it counts only what may bring it about, and what had arrived by then'
    : `it is ${said.slice(0, said.lastIndexOf(', '))}: what says so may not bring that about`
}

/** `3 calls refused`: those with findings, and those that our own steps refused. */
export function callsRefused(count: number): string {
  return `${counted(count, 'call')} refused`
}

/**
 * The time of the latest finding that can be a reason, in epoch milliseconds. A person's order to contain rests on all that was found before; what people are
 * asked about, on all that is known. Where the mode only observes, the decision is the one that it would have been.
 */
function reasonsUntil({ decision, decidedBy, containedAt }: Pick<Incident, 'decision' | 'decidedBy' | 'containedAt'>): number | undefined {
  if (isStronger(decision.action, 'ask')) return decidedBy.time
  return containedAt ?? (decision.action === 'observe' && isStronger(decision.would, 'ask') ? decidedBy.time : undefined)
}

function largestFirst(contributions: readonly Contribution[]): readonly Contribution[] {
  return [...contributions].sort((a, b) => b.share - a.share)
}
