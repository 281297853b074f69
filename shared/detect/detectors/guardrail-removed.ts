import type { Detector } from '../detector.ts'

export const guardrailRemoved: Detector = {
  id: 'guardrail-removed',
  title: 'Guard rail of the account or organisation taken away',
  weight: 0.5,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Put the guard rail back first; then look what was done while it was gone.',
  actions: [
    'organizations:DetachPolicy',
    'organizations:DeletePolicy',
    'organizations:DisablePolicyType',
    'iam:DeleteAccountPasswordPolicy',
    'ec2:DisableEbsEncryptionByDefault',
    'ec2:DisableSnapshotBlockPublicAccess',
    'ec2:DisableImageBlockPublicAccess',
    'bedrock:DeleteGuardrail',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const isOwn = !signal.action.startsWith('organizations:')
    if (signal.outcome === 'denied') return { reason: `tried ${signal.action}, refused`, weight: 0.4 }
    return { reason: signal.action, weight: isOwn ? 0.45 : 0.5 }
  },
}
