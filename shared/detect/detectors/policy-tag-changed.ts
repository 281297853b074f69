import { serviceIn } from '../../domain/arn.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Infrastructure as code sets tags all day; people wrote them down. */
const INFRASTRUCTURE_TOOLS: ReadonlySet<string> = new Set(['terraform', 'pulumi', 'cloudformation', 'aws-service'])

/** A tag that the policy protects by, chooses a tier by, or calls critical, decides what may be done to whoever has it, and how soon. */
export const policyTagChanged: Detector = {
  id: 'policy-tag-changed',
  title: 'Tag changed that the policy of the responder names',
  weight: 0.4,
  group: 'evasion',
  attack: 'T1098',
  runbook: 'Ask the caller’s owner why; set the tag back if nobody knows. What the incident itself tagged is not protected by that.',
  readsRequest: 'harm',
  actions: ['iam:TagUser', 'iam:UntagUser', 'iam:TagRole', 'iam:UntagRole', 'iam:CreateUser', 'iam:CreateRole'],
  matches({ policyTags, action, identity, outcome, origin, request }) {
    if (policyTags === undefined || outcome === 'failed') return undefined
    const whose = text(request, 'userName') ?? text(request, 'roleName') ?? 'an identity'
    const reason = `${action} of ${whose}: ${policyTags.join(', ')}`
    if (outcome === 'denied') return { reason: `${reason}, refused`, weight: 0.3 }
    if (whose === identity.name) return { reason: `${reason}, which is the caller`, weight: 0.6 }
    const isInfrastructureAsCode = INFRASTRUCTURE_TOOLS.has(origin.agentFamily) || serviceIn(origin.via) === 'cloudformation'
    return isInfrastructureAsCode ? { reason, weight: 0.15 } : { reason }
  },
}
