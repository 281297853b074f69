import { text } from '../../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const userCreated: Detector = {
  id: 'user-created',
  title: 'IAM user created',
  weight: 0.35,
  group: 'persistence',
  attack: 'T1136.003',
  runbook: 'Ask who the user is for; names that imitate a service are typical of intruders.',
  actions: ['iam:CreateUser'],
  matches(signal) {
    return signal.outcome === 'success' ? { reason: `created user ${text(signal.request, 'userName') ?? '(unnamed)'}` } : undefined
  },
}
