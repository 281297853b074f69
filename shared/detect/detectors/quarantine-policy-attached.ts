import type { Detector } from '../detector.ts'

/** AWS's quarantine limits fraud, it does not contain: AssumeRole and GetSecretValue stay allowed. So we go on from there. */
export const quarantinePolicyAttached: Detector = {
  id: 'quarantine-policy-attached',
  title: 'AWS quarantined the user',
  weight: 0.98,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'AWS saw a key of this user in public: read the Health event or support case for where.',
  isConfirmed: true,
  matches(signal) {
    return signal.exposure === 'AWS_IAM_QUARANTINE_POLICY' ? { reason: 'AWS attached its quarantine policy to the user' } : undefined
  },
}
