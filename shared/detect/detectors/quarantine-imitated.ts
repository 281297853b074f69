import { wordsFor } from '../../domain/containable.ts'
import { quarantinedByOther } from '../../sense/cloudtrail/quarantine.ts'
import type { Detector } from '../detector.ts'

export const quarantineImitated: Detector = {
  id: 'quarantine-imitated',
  title: 'Quarantine policy of AWS attached to somebody else',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1531',
  runbook: 'Ask the caller why. If nobody knows, take the policy off the user or role again and treat the caller as compromised.',
  actions: ['iam:AttachUserPolicy', 'iam:AttachRolePolicy', 'iam:PutUserPolicy'],
  matches(signal) {
    const target = signal.outcome === 'failed' ? undefined : quarantinedByOther(signal)
    return target === undefined ? undefined : { reason: `put the quarantine of AWS on ${target.name} (${wordsFor(target)})` }
  },
}
