import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { grantsEverything } from '../policy-document.ts'

/** AWS managed policies with which the holder can give itself everything. */
const ADMIN_POLICIES = /:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/

export const adminPolicyGranted: Detector = {
  id: 'admin-policy-granted',
  title: 'Administrator rights given',
  weight: 0.6,
  group: 'privilege',
  attack: 'T1098.003',
  runbook: 'Confirm the change with the owner of the target; a release does not take the grant back by itself.',
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
      return { reason: `gave ${target} ${policy.slice(policy.lastIndexOf('/') + 1)}` }
    return grantsEverything(signal.request.policyDocument)
      ? { reason: `gave ${target} an inline policy that allows everything` }
      : undefined
  },
}
