import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { grantsEverything } from '../policy-document.ts'

/** AWS managed policies that grant, or let the holder grant itself, nearly every permission. */
const ADMIN_POLICIES = /:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/

export const adminPolicyGranted: Detector = {
  id: 'admin-policy-granted',
  title: 'Administrator permissions granted',
  weight: 0.6,
  group: 'privilege',
  attack: 'T1098.003',
  runbook:
    'Ask the owner of the user, role or group whether they requested it; if not, detach the policy: releasing the incident does not.',
  actions: [
    'iam:AttachUserPolicy',
    'iam:AttachRolePolicy',
    'iam:AttachGroupPolicy',
    'iam:PutUserPolicy',
    'iam:PutRolePolicy',
    'iam:PutGroupPolicy',
    'iam:CreatePolicyVersion',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const target = text(signal.request, 'userName') ?? text(signal.request, 'roleName') ?? text(signal.request, 'groupName') ?? 'a policy'
    const policy = text(signal.request, 'policyArn')
    if (policy !== undefined && ADMIN_POLICIES.test(policy))
      return { reason: `granted ${target} ${policy.slice(policy.lastIndexOf('/') + 1)}` }
    return grantsEverything(signal.request.policyDocument) ? { reason: `granted ${target} a policy that allows everything` } : undefined
  },
}
