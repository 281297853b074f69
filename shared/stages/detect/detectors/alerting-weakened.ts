import type { Detector } from '../detector.ts'

export const alertingWeakened: Detector = {
  id: 'alerting-weakened',
  title: 'Alarms, event rules or lesser logs switched off',
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
    'config:DeleteConfigRule',
    's3:PutBucketLogging',
    'route53resolver:DeleteResolverQueryLogConfig',
    'route53resolver:DisassociateResolverQueryLogConfig',
    'wafv2:DeleteWebACL',
    'wafv2:DisassociateWebACL',
    'waf:DeleteWebACL',
    'waf-regional:DisassociateWebACL',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    // The same call switches the access log of a bucket on, with a target.
    if (signal.action === 's3:PutBucketLogging' && JSON.stringify(signal.request).includes('TargetBucket')) return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.4 } : { reason: `${signal.action}` }
  },
}
