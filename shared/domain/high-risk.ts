import type { Incident } from './incident.ts'
import type { Policy, Thresholds } from './policy.ts'

/** The thresholds by which an incident was decided: those of its tier, where the policy still has it and gives it some. */
export function thresholdsOf({ decision }: Pick<Incident, 'decision'>, policy: Pick<Policy, 'tiers' | 'thresholds'>): Thresholds {
  return policy.tiers.find(({ name }) => name === decision.tier)?.thresholds ?? policy.thresholds
}

/** True where the policy would contain it. A button that gives such a credential back does not stand out: nobody gives back a stolen key because of a colour. */
export function isHighRisk(incident: Incident, policy: Pick<Policy, 'tiers' | 'thresholds'>): boolean {
  const { decision, assessment } = incident
  return decision.would === 'contain' || assessment.risk >= thresholdsOf(incident, policy).contain || assessment.isConfirmed
}
