import { type Assessment, assessmentOf, type Familiarity, withOpinion } from '../../domain/assessment.ts'
import type { Baseline } from '../../domain/baseline.ts'
import type { BlastRadius } from '../../domain/blast-radius.ts'
import type { Finding } from '../../domain/finding.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Signal } from '../../domain/signal.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { errorName } from '../../errors.ts'
import type { Advisor, AdvisorAnswer, AdvisorBudget } from '../../ports/advisor.ts'
import type { Clock, Log } from '../../ports/runtime.ts'
import { evidencePack } from './pack.ts'

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
 * Confirmed evidence is never asked about. The same set of detectors is asked about once per incident. Without an answer the deterministic
 * risk stands.
 */
export async function assess(subject: AssessmentSubject, policy: Policy, ports: AssessPorts): Promise<Assessment> {
  const assessment = assessmentOf(subject.evidence, {
    weights: policy.weights,
    familiarity: subject.familiarity,
  })
  if (!isInBand(assessment, policy)) return assessment
  const { known } = subject
  if (known?.opinion !== undefined && detectorsOf(known) === detectorsOf(assessment)) return withKnownOpinion(assessment, known, policy)
  const answer = await ask(subject, { assessment, policy }, ports)
  if (answer.kind === 'fallback') {
    // One event name per cause, so that an alarm finds an advisor that no longer answers.
    if (answer.cause !== 'absent') ports.log.warn(`advisor.fallback.${answer.cause}`, { incidentId: subject.incidentId })
    return { ...assessment, opinion: answer }
  }
  return withOpinion(assessment, answer, policy.advisor.maxShift)
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
function withKnownOpinion(assessment: Assessment, known: Assessment, policy: Policy): Assessment {
  const { opinion } = known
  return opinion?.kind === 'answered' ? withOpinion(assessment, opinion, policy.advisor.maxShift) : { ...assessment, opinion }
}

function detectorsOf(assessment: Assessment): string {
  return assessment.contributions.map(({ finding }) => finding.detector).join(' ')
}
