import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const quarantineLifted: Detector = {
  id: 'quarantine-lifted',
  title: 'Quarantine policy removed',
  weight: 0.8,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Attach the policy again and contain the caller: a reviewer’s release is the only legitimate way to remove it.',
  actions: ['iam:DetachUserPolicy', 'iam:DeleteUserPolicy'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const policy = `${text(signal.request, 'policyArn') ?? ''} ${text(signal.request, 'policyName') ?? ''}`
    return /AWSCompromisedKeyQuarantine|CountersignQuarantine/.test(policy)
      ? { reason: `${signal.action} of the quarantine policy of ${text(signal.request, 'userName') ?? 'a user'}` }
      : undefined
  },
}
