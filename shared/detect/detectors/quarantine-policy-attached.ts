import type { Detector } from '../detector.ts'

/** AWS's quarantine limits fraud but does not contain: AssumeRole and GetSecretValue stay allowed. So the responder contains the user. */
export const quarantinePolicyAttached: Detector = {
  id: 'quarantine-policy-attached',
  title: 'AWS quarantined the user',
  weight: 0.98,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Read in the Health event or support case where AWS saw a key of this user in public, and remove it there.',
  isConfirmed: true,
  matches(signal) {
    return signal.exposure === 'AWS_IAM_QUARANTINE_POLICY' ? { reason: 'AWS attached its quarantine policy to the user' } : undefined
  },
}
