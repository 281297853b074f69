import type { Detector } from '../detector.ts'

export const keyScheduledForDeletion: Detector = {
  id: 'key-scheduled-for-deletion',
  title: 'Encryption key disabled or scheduled for deletion',
  weight: 0.58,
  group: 'impact',
  attack: 'T1485',
  sparesOwnWorks: true,
  runbook: 'Cancel the deletion or enable the key again: what it encrypts cannot be read without it.',
  actions: ['kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:DeleteImportedKeyMaterial', 'ec2:DisableEbsEncryptionByDefault'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.5 } : { reason: `${signal.action}` }
  },
}
