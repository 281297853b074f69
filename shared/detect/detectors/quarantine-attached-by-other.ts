import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/**
 * People and their tools attach this policy to contain somebody, and an intruder may attach it to have a bystander contained. So a person is
 * asked about the user or role, and the one who attached it is named.
 */
export const quarantineAttachedByOther: Detector = {
  id: 'quarantine-attached-by-other',
  title: 'Quarantined by somebody other than AWS',
  weight: 0.65,
  group: 'exposure',
  attack: 'T1531',
  runbook: 'Ask whoever attached the policy why. If nobody knows, take it off again and contain the one who attached it.',
  looksAt: 'exposure',
  delivery: 'credential-changes',
  matches(signal) {
    if (signal.exposure !== 'QUARANTINE_POLICY_BY_OTHER') return undefined
    return { reason: `not AWS, but ${text(signal.request, 'by') ?? 'somebody'} attached the quarantine policy` }
  },
}
