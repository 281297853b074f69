import { type Assessment, assessmentOf, withOpinion } from '../domain/assessment.ts'
import { maturity } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import type { Policy } from '../domain/policy.ts'
import type { Signal } from '../domain/signal.ts'
import type { Advisor, EvidencePack } from '../ports.ts'

const DAY_MS = 86_400_000

/** What an assessment rests on. `known` is the incident's last assessment, where there is an incident. */
export interface Case {
  readonly incidentId: string
  readonly signal: Signal
  readonly state: IdentityState
  readonly evidence: readonly Finding[]
  readonly known: Assessment | undefined
}

/** Gives the evidence a risk and, inside the policy's band, asks the advisor. The confirmed lane never asks. */
export async function assess(about: Case, policy: Policy, advisor: Advisor): Promise<Assessment> {
  const assessment = assessmentOf(about.evidence)
  if (!isInBand(assessment, policy)) return assessment
  const { known } = about
  if (known?.opinion !== undefined && detectorsOf(known) === detectorsOf(assessment)) return withKnownOpinion(assessment, known, policy)
  const answer = await advisor.advise(evidencePack(about, assessment), policy.advisor.deadlineSeconds)
  if (answer.kind === 'fallback') return { ...assessment, opinion: answer }
  return withOpinion(assessment, answer, policy.advisor.maxShift)
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

function evidencePack({ incidentId, signal, state }: Case, assessment: Assessment): EvidencePack {
  const { baseline, identity } = state
  return {
    incidentId,
    identityKind: identity.kind,
    baseline: {
      ageDays: Math.round((baseline.lastSeen - baseline.firstSeen) / DAY_MS),
      calls: baseline.calls,
      maturity: Math.round(maturity(baseline) * 100) / 100,
    },
    risk: assessment.baseRisk,
    findings: assessment.contributions.map(({ finding }) => ({
      id: finding.detector,
      title: finding.title,
      technique: finding.technique,
      weight: finding.weight,
    })),
    untrusted: {
      userAgent: signal.origin.agent,
      sessionName: signal.credential.sessionName ?? '',
      action: signal.action,
      errorCode: signal.errorCode ?? '',
    },
  }
}
