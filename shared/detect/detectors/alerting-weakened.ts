import type { Signal } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const alertingWeakened: Detector = {
  id: 'alerting-weakened',
  title: 'Alarms, event rules, lesser logs or the security contact switched off',
  weight: 0.45,
  group: 'evasion',
  attack: 'T1685',
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
    'cloudtrail:PutInsightSelectors',
    'account:PutAlternateContact',
    'account:DeleteAlternateContact',
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
    if (isHarmless(signal)) return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.4 } : { reason: `${signal.action}` }
  },
}

/** Some of these calls also switch a log on, or are about a contact that is told of bills. */
function isHarmless({ action, request }: Signal): boolean {
  switch (action) {
    case 's3:PutBucketLogging':
      return JSON.stringify(request).includes('TargetBucket')
    case 'cloudtrail:PutInsightSelectors':
      return Array.isArray(request.insightSelectors) && request.insightSelectors.length > 0
    case 'account:PutAlternateContact':
    case 'account:DeleteAlternateContact':
      return request.alternateContactType !== 'SECURITY'
    default:
      return false
  }
}
