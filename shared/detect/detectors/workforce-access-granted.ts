import { valueAt } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { adminPolicyIn, grantsEverything } from '../policy-document.ts'

/** IAM Identity Center gives access beside IAM: its users need neither an IAM user nor an access key. */
export const workforceAccessGranted: Detector = {
  id: 'workforce-access-granted',
  title: 'Access granted through IAM Identity Center',
  weight: 0.5,
  group: 'persistence',
  attack: 'T1098.003',
  runbook: 'Remove the assignment, then end the sessions of its user in Identity Center.',
  readsRequest: 'rights',
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
    if (signal.action === 'sso:AttachManagedPolicyToPermissionSet') {
      const managed = adminPolicyIn(text(signal.request, 'managedPolicyArn') ?? '')
      return managed === undefined ? undefined : { reason: `a permission set now holds ${managed}`, weight: 0.57 }
    }
    if (signal.action === 'sso:PutInlinePolicyToPermissionSet')
      return grantsEverything(valueAt(signal.request, 'inlinePolicy'), signal)
        ? { reason: 'a permission set now allows everything', weight: 0.57 }
        : undefined
    if (signal.action === 'sso:CreateAccountAssignment')
      return { reason: `assigned access to ${text(signal.request, 'targetId') ?? 'an account'}`, weight: 0.45 }
    return { reason: `${signal.action} in the Identity Center directory`, weight: 0.4 }
  },
}
