import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Tools that make what somebody wrote down and another reviewed. */
const DECLARED: ReadonlySet<string> = new Set(['terraform', 'pulumi', 'cloudformation', 'aws-service'])

export const userCreated: Detector = {
  id: 'user-created',
  title: 'IAM user created',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1136.003',
  runbook: 'Ask who the user is for; names that imitate a service are typical of intruders.',
  actions: ['iam:CreateUser'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const isDeclared = DECLARED.has(signal.origin.agentFamily) || signal.origin.via === 'cloudformation.amazonaws.com'
    return { reason: `created user ${text(signal.request, 'userName') ?? '(unnamed)'}`, weight: isDeclared ? 0.3 : 0.55 }
  },
}
