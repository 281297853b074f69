import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const quarantineLifted: Detector = {
  id: 'quarantine-lifted',
  title: 'Quarantine taken off',
  weight: 0.8,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Put it back: only a reviewer’s release may lift it, and that leaves another trace.',
  actions: ['iam:DetachUserPolicy', 'iam:DeleteUserPolicy'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const policy = `${text(signal.request, 'policyArn') ?? ''} ${text(signal.request, 'policyName') ?? ''}`
    return /AWSCompromisedKeyQuarantine|CountersignQuarantine/.test(policy)
      ? { reason: `${signal.action} of the quarantine of ${text(signal.request, 'userName') ?? 'a user'}` }
      : undefined
  },
}
