import { items, jsonOf } from '../../domain/parameters.ts'
import { type Signal, text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const alertingWeakened: Detector = {
  id: 'alerting-weakened',
  title: 'Alarm, event rule, secondary log or security contact disabled',
  weight: 0.45,
  group: 'evasion',
  attack: 'T1685',
  sparesOwnWorks: true,
  runbook: 'Enable it again, then look for calls made while it was disabled.',
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

/** True for calls that enable a log, and for those about a contact other than the security contact. */
function isHarmless({ action, request, isRequestOmitted }: Signal): boolean {
  if (isRequestOmitted === true) return false
  switch (action) {
    case 's3:PutBucketLogging':
      return jsonOf(request).includes('TargetBucket')
    case 'cloudtrail:PutInsightSelectors':
      return items(request, 'insightSelectors').length > 0
    case 'account:PutAlternateContact':
    case 'account:DeleteAlternateContact':
      return text(request, 'alternateContactType') !== 'SECURITY'
    default:
      return false
  }
}
