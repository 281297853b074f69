import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { grantsEverything } from '../policy-document.ts'

/** AWS managed policies that grant, or let the holder grant itself, nearly every permission. */
const ADMIN_POLICIES = /:policy\/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$/

/** IAM Identity Center gives access beside IAM: its users need neither an IAM user nor an access key. */
export const workforceAccessGranted: Detector = {
  id: 'workforce-access-granted',
  title: 'Access granted through IAM Identity Center',
  weight: 0.5,
  group: 'persistence',
  attack: 'T1098.003',
  runbook: 'Remove the assignment, then end the sessions of its user in Identity Center.',
  actions: [
    'sso:CreateAccountAssignment',
    'sso:AttachManagedPolicyToPermissionSet',
    'sso:PutInlinePolicyToPermissionSet',
    'sso-directory:CreateUser',
    'sso-directory:UpdatePassword',
    'identitystore:CreateUser',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const policy = text(signal.request, 'managedPolicyArn')
    if (signal.action === 'sso:AttachManagedPolicyToPermissionSet')
      return policy === undefined || !ADMIN_POLICIES.test(policy)
        ? undefined
        : { reason: `a permission set now holds ${policy.slice(policy.lastIndexOf('/') + 1)}`, weight: 0.57 }
    if (signal.action === 'sso:PutInlinePolicyToPermissionSet')
      return grantsEverything(signal.request.inlinePolicy) ? { reason: 'a permission set now allows everything', weight: 0.57 } : undefined
    if (signal.action === 'sso:CreateAccountAssignment')
      return { reason: `assigned access to ${text(signal.request, 'targetId') ?? 'an account'}`, weight: 0.45 }
    return { reason: `${signal.action} in the Identity Center directory`, weight: 0.4 }
  },
}
