import type { Detector } from '../detector.ts'

export const organizationLeft: Detector = {
  id: 'organization-left',
  title: 'Account closed or removed from the organisation',
  weight: 0.7,
  group: 'impact',
  attack: 'T1666',
  runbook:
    'Call the organisation’s owners to take the account back, because no SCP protects it now; AWS reopens a closed account within 90 days.',
  actions: [
    'organizations:LeaveOrganization',
    'organizations:RemoveAccountFromOrganization',
    'organizations:DeleteOrganization',
    'organizations:CloseAccount',
    'account:CloseAccount',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.58 } : { reason: `${signal.action}` }
  },
}
