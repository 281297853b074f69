import type { Detector } from '../detector.ts'

export const alertingWeakened: Detector = {
  id: 'alerting-weakened',
  title: 'Alarms or event rules switched off',
  weight: 0.45,
  group: 'evasion',
  attack: 'T1562',
  runbook: 'Switch them on again; look what happened in the gap.',
  actions: [
    'events:DeleteRule',
    'events:DisableRule',
    'events:RemoveTargets',
    'cloudwatch:DeleteAlarms',
    'cloudwatch:DisableAlarmActions',
    'logs:DeleteLogGroup',
    'logs:DeleteLogStream',
    'logs:PutRetentionPolicy',
    'wafv2:DeleteWebACL',
    'wafv2:DisassociateWebACL',
    'waf:DeleteWebACL',
    'waf-regional:DisassociateWebACL',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.4 } : { reason: `${signal.action}` }
  },
}
