import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const quarantineLifted: Detector = {
  id: 'quarantine-lifted',
  title: 'Quarantine policy of AWS removed',
  weight: 0.8,
  group: 'evasion',
  attack: 'T1685',
  countsRefusedByUs: true,
  runbook: 'Attach the policy again and contain the caller: AWS asks that it stay until the key is rotated.',
  readsRequest: 'rights',
  actions: ['iam:DetachUserPolicy', 'iam:DeleteUserPolicy'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const policy = `${text(signal.request, 'policyArn') ?? ''} ${text(signal.request, 'policyName') ?? ''}`
    return /AWSCompromisedKeyQuarantine/.test(policy)
      ? { reason: `${signal.action} of the quarantine policy of ${text(signal.request, 'userName') ?? 'a user'}` }
      : undefined
  },
}
