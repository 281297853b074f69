import type { Detector } from '../detector.ts'

export const organizationLeft: Detector = {
  id: 'organization-left',
  title: 'Account taken out of the organisation',
  weight: 0.7,
  group: 'evasion',
  attack: 'T1562',
  runbook: 'Call the organisation’s owners: with the account out, its guard rails are gone.',
  actions: ['organizations:LeaveOrganization', 'organizations:RemoveAccountFromOrganization', 'organizations:DeleteOrganization'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.58 } : { reason: `${signal.action}` }
  },
}
