import { serviceIn } from '../../domain/arn.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Infrastructure as code: a person wrote the user down, and usually another person reviewed it. */
const INFRASTRUCTURE_TOOLS: ReadonlySet<string> = new Set(['terraform', 'pulumi', 'cloudformation', 'aws-service'])

export const userCreated: Detector = {
  id: 'user-created',
  title: 'IAM user created',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1136.003',
  runbook: 'Ask the caller’s owner who the user is for; if nobody knows, disable it. Intruders often choose names that imitate a service.',
  actions: ['iam:CreateUser'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const isInfrastructureAsCode = INFRASTRUCTURE_TOOLS.has(signal.origin.agentFamily) || serviceIn(signal.origin.via) === 'cloudformation'
    return { reason: `created user ${text(signal.request, 'userName') ?? '(unnamed)'}`, weight: isInfrastructureAsCode ? 0.3 : 0.55 }
  },
}
