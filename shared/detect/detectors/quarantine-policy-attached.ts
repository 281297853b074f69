import type { Detector } from '../detector.ts'

/** AWS's quarantine limits fraud but does not contain: AssumeRole and GetSecretValue stay allowed. So the responder contains the user or role. */
export const quarantinePolicyAttached: Detector = {
  id: 'quarantine-policy-attached',
  title: 'AWS quarantined the user or role',
  weight: 0.98,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Read in the Health event or support case where AWS saw a credential of it in public, and remove it there.',
  looksAt: 'exposure',
  isConfirmed: true,
  delivery: 'credential-changes',
  matches(signal) {
    if (signal.exposure !== 'AWS_IAM_QUARANTINE_POLICY') return undefined
    const target = signal.identity.kind === 'role' ? 'role' : 'user'
    if (signal.outcome === 'success') return { reason: `AWS attached its quarantine policy to the ${target}` }
    return {
      reason: `AWS tried to quarantine the ${target} and could not (${signal.errorCode ?? signal.outcome}): no policy of AWS limits it`,
    }
  },
}
