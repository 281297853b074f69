import type { Detector } from '../detector.ts'

export const organizationLeft: Detector = {
  id: 'organization-left',
  title: 'Account closed, or taken out of the organisation',
  weight: 0.7,
  group: 'evasion',
  attack: 'T1666',
  runbook: 'Call the organisation’s owners: out of it, an account has no guard rails; AWS reopens a closed one within 90 days.',
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
