import type { Incident } from './incident.ts'
import type { Policy } from './policy.ts'

/** True where the policy would contain it. A button that gives such a credential back does not stand out: nobody gives back a stolen key because of a colour. */
export function isHighRisk({ decision, assessment }: Incident, policy: Pick<Policy, 'tiers' | 'thresholds'>): boolean {
  const thresholds = policy.tiers.find(({ name }) => name === decision.tier)?.thresholds ?? policy.thresholds
  return decision.would === 'contain' || assessment.risk >= thresholds.contain || assessment.isConfirmed
}
