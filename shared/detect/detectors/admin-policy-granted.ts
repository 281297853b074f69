import { valueAt } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { adminPolicyIn, grantsEverything } from '../policy-document.ts'

export const adminPolicyGranted: Detector = {
  id: 'admin-policy-granted',
  title: 'Administrator permissions granted',
  weight: 0.6,
  group: 'privilege',
  attack: 'T1098.003',
  runbook:
    'Ask the owner of the user, role or group whether they requested it; if not, detach the policy: releasing the incident does not.',
  readsRequest: 'rights',
  actions: [
    'iam:AttachUserPolicy',
    'iam:AttachRolePolicy',
    'iam:AttachGroupPolicy',
    'iam:PutUserPolicy',
    'iam:PutRolePolicy',
    'iam:PutGroupPolicy',
    'iam:CreatePolicy',
    'iam:CreatePolicyVersion',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const { request } = signal
    const policy = text(request, 'policyArn')
    const target = text(request, 'userName') ?? text(request, 'roleName') ?? text(request, 'groupName')
    const managed = policy === undefined ? undefined : adminPolicyIn(policy)
    if (managed !== undefined) return { reason: `granted ${target ?? 'a policy'} ${managed}` }
    if (!grantsEverything(valueAt(request, 'policyDocument'), signal)) return undefined
    if (target !== undefined) return { reason: `granted ${target} a policy that allows everything` }
    return { reason: `policy ${policy ?? text(request, 'policyName') ?? '(unnamed)'} now has a version that allows everything` }
  },
}
