import { type Assessment, assessmentOf, withOpinion } from '../../domain/assessment.ts'
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

/** What an assessment rests on. `known` is the incident's last assessment, where there is an incident. */
export interface AssessmentSubject {
  readonly incidentId: string
  readonly signal: Signal
  readonly baseline: Baseline
  readonly blastRadius: BlastRadius
  readonly evidence: readonly Finding[]
  readonly known: Assessment | undefined
}

export interface AssessPorts {
  readonly advisor: Advisor
  readonly budget: AdvisorBudget
  readonly clock: Clock
  readonly log: Log
}

/**
 * Gives the evidence a risk and, inside the policy's band and budget, asks the advisor. The confirmed lane never asks. A state of the evidence is
 * asked about once; without an answer the deterministic risk stands.
 */
export async function assess(about: AssessmentSubject, policy: Policy, ports: AssessPorts): Promise<Assessment> {
  const assessment = assessmentOf(about.evidence, policy.weights)
  if (!isInBand(assessment, policy)) return assessment
  const { known } = about
  if (known?.opinion !== undefined && detectorsOf(known) === detectorsOf(assessment)) return withKnownOpinion(assessment, known, policy)
  const answer = await ask(about, { assessment, policy }, ports)
  if (answer.kind === 'fallback') {
    // Each cause is a metric of its own: an advisor that is silently gone is found by its alarm and not by an intruder.
    if (answer.cause !== 'absent') ports.log.warn(`advisor.fallback.${answer.cause}`, { incidentId: about.incidentId })
    return { ...assessment, opinion: answer }
  }
  return withOpinion(assessment, answer, policy.advisor.maxShift)
}

async function ask(
  about: AssessmentSubject,
  { assessment, policy }: { assessment: Assessment; policy: Policy },
  { advisor, budget, clock, log }: AssessPorts,
): Promise<AdvisorAnswer> {
  if (advisor.isAbsent === true) return { kind: 'fallback', cause: 'absent' }
  const { perIdentityPerHour, perAccountPerHour, maxInputTokens, deadlineSeconds, maxOutputTokens } = policy.advisor
  const hour = Math.floor(clock.now() / HOUR_MS)
  const limits = { perIdentity: perIdentityPerHour, perAccount: perAccountPerHour }
  const isPaid = await budget.take(hour, about.signal.identity.id, limits).catch((cause: unknown) => {
    // Without a count nothing may be spent; and the assessment must not wait for one.
    log.warn('advisor.budget.failed', { error: errorName(cause) })
    return false
  })
  if (!isPaid) return { kind: 'fallback', cause: 'over-budget' }
  return advisor.advise(evidencePack({ ...about, assessment, maxInputTokens }), { deadlineSeconds, maxOutputTokens })
}

function isInBand(assessment: Assessment, { advisor }: Policy): boolean {
  const [low, high] = advisor.band
  return advisor.enabled && !assessment.isConfirmed && assessment.baseRisk >= low && assessment.baseRisk <= high
}

/** The same findings get the same opinion: a question per state of the evidence, not per event. */
function withKnownOpinion(assessment: Assessment, known: Assessment, policy: Policy): Assessment {
  const { opinion } = known
  return opinion?.kind === 'answered' ? withOpinion(assessment, opinion, policy.advisor.maxShift) : { ...assessment, opinion }
}

function detectorsOf(assessment: Assessment): string {
  return assessment.contributions.map(({ finding }) => finding.detector).join(' ')
}
