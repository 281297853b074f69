import { type AdvisorOpinion, type Assessment, assessmentOf, type Familiarity, withOpinion } from '../../domain/assessment.ts'
import type { Baseline } from '../../domain/baseline.ts'
import type { BlastRadius } from '../../domain/blast-radius.ts'
import { isHearsay } from '../../domain/ceilings.ts'
import type { Finding } from '../../domain/finding.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Signal } from '../../domain/signal.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { errorName } from '../../errors.ts'
import type { Advisor, AdvisorAnswer, AdvisorBudget } from '../../ports/advisor.ts'
import type { Clock, Log } from '../../ports/runtime.ts'
import { addsPoints, evidencePack } from './pack.ts'

/** The input of an assessment. `known` is the incident's last assessment, undefined for a new incident. */
export interface AssessmentSubject {
  readonly incidentId: string
  readonly signal: Signal
  readonly baseline: Baseline
  readonly familiarity: Familiarity
  readonly blastRadius: BlastRadius
  readonly evidence: readonly Finding[]
  readonly known: Assessment | undefined
}

/** What an assessment needs. */
export interface AssessPorts {
  readonly advisor: Advisor
  readonly budget: AdvisorBudget
  readonly clock: Clock
  readonly log: Log
}

/**
 * Scores the evidence and, within the policy's risk band and budget, asks the advisor for a second opinion.
 *
 * Confirmed evidence is never asked about. The same set of detectors is asked about once per incident: one whose finding adds no points is no new
 * question. Without an answer the deterministic risk stands. What anybody may have written is left out of the question: its opinion may bring about a restriction, and a ticket must not.
 */
export async function assess(subject: AssessmentSubject, policy: Policy, ports: AssessPorts): Promise<Assessment> {
  const assessment = assessmentOf(subject.evidence, {
    detectors: policy.detectors,
    familiarity: subject.familiarity,
  })
  const proven = provenOf(assessment, subject, policy)
  if (!isInBand(proven, policy)) return assessment
  const { known } = subject
  if (known?.opinion !== undefined && detectorsOf(known) === detectorsOf(assessment))
    return withKnownOpinion(assessment, proven, known.opinion, policy)
  const answer = await ask(subject, { assessment: proven, policy }, ports)
  if (answer.kind === 'fallback') {
    // One event name per cause, so that an alarm finds an advisor that no longer answers.
    if (answer.cause !== 'absent') ports.log.warn(`advisor.fallback.${answer.cause}`, { incidentId: subject.incidentId })
    return { ...assessment, opinion: answer }
  }
  return advised(assessment, withOpinion(proven, answer, policy.advisor.maxShift))
}

/** The assessment without what anybody may have written; the same one where there is nothing of that. */
function provenOf(assessment: Assessment, { evidence, familiarity }: AssessmentSubject, { detectors }: Policy): Assessment {
  const proven = evidence.filter((finding) => !isHearsay(finding))
  return proven.length === evidence.length ? assessment : assessmentOf(proven, { detectors, familiarity })
}

/** The assessment with an opinion on the proven part of it, which moves the whole by as many points. */
function advised(assessment: Assessment, proven: Assessment): Assessment {
  const { opinion } = proven
  const shift = opinion?.kind === 'answered' ? opinion.shift : 0
  const risk = Math.max(Math.min(assessment.floor, assessment.baseRisk), Math.min(100, assessment.baseRisk + shift))
  return { ...assessment, risk: Math.round(risk * 10) / 10, opinion }
}

async function ask(
  subject: AssessmentSubject,
  { assessment, policy }: { assessment: Assessment; policy: Policy },
  { advisor, budget, clock, log }: AssessPorts,
): Promise<AdvisorAnswer> {
  if (advisor.isAbsent === true) return { kind: 'fallback', cause: 'absent' }
  const { perIdentityPerHour, perAccountPerHour, maxInputTokens, deadlineSeconds, maxOutputTokens } = policy.advisor
  const hour = Math.floor(clock.now() / HOUR_MS)
  const limits = { perIdentity: perIdentityPerHour, perAccount: perAccountPerHour }
  const isWithinBudget = await budget.reserve(hour, subject.signal.identity.id, limits).catch((cause: unknown) => {
    // Without a working counter no question is asked. The assessment goes on with the deterministic risk.
    log.warn('advisor.budget.failed', { error: errorName(cause) })
    return false
  })
  if (!isWithinBudget) return { kind: 'fallback', cause: 'over-budget' }
  return advisor.advise(evidencePack({ ...subject, assessment, maxInputTokens }), { deadlineSeconds, maxOutputTokens })
}

function isInBand(assessment: Assessment, { advisor }: Policy): boolean {
  const [low, high] = advisor.band
  return advisor.enabled && !assessment.isConfirmed && assessment.baseRisk >= low && assessment.baseRisk <= high
}

/** Applies the opinion that was given for the same detectors before, so that repeated events cost no question. */
function withKnownOpinion(assessment: Assessment, proven: Assessment, opinion: AdvisorOpinion, { advisor }: Policy): Assessment {
  return opinion.kind === 'answered' ? advised(assessment, withOpinion(proven, opinion, advisor.maxShift)) : { ...assessment, opinion }
}

function detectorsOf({ contributions }: Assessment): string {
  return contributions.flatMap((one) => (isHearsay(one.finding) || !addsPoints(one) ? [] : [one.finding.detector])).join(' ')
}
