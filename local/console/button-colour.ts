import { isHighRisk } from '../../shared/domain/high-risk.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Policy, ReviewKind } from '../../shared/domain/policy.ts'

/** The class of a verdict's button. A release is green only where the policy would not contain, as in Slack. */
export function buttonColour(
  kind: ReviewKind,
  { incident, policy }: { readonly incident: Incident; readonly policy: Pick<Policy, 'tiers' | 'thresholds'> },
): 'good' | 'bad' | '' {
  switch (kind) {
    case 'legitimate':
      return isHighRisk(incident, policy) ? '' : 'good'
    case 'compromised':
    case 'contain':
      return 'bad'
    case 'extend':
      return ''
  }
}
