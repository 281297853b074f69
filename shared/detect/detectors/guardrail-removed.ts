import type { Detector } from '../detector.ts'

export const guardrailRemoved: Detector = {
  id: 'guardrail-removed',
  title: 'Guardrail of the account or organisation removed',
  weight: 0.5,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Restore the guardrail first, then look for calls made while it was missing.',
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
    const isOfAccount = !signal.action.startsWith('organizations:')
    if (signal.outcome === 'denied') return { reason: `tried ${signal.action}, refused`, weight: 0.4 }
    return { reason: signal.action, weight: isOfAccount ? 0.45 : 0.5 }
  },
}
