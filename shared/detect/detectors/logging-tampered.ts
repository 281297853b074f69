import { flag, jsonOf } from '../../domain/parameters.ts'
import type { Signal } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const loggingTampered: Detector = {
  id: 'logging-tampered',
  title: 'Logging or threat detection disabled',
  weight: 0.7,
  group: 'evasion',
  attack: 'T1685.002',
  sparesOwnWorks: true,
  runbook: 'Enable logging again first, then ask the caller why it was disabled, and look for what happened in the gap.',
  actions: [
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
    'cloudtrail:PutEventSelectors',
    'cloudtrail:UpdateTrail',
    'cloudtrail:DeleteEventDataStore',
    'cloudtrail:StopEventDataStoreIngestion',
    'guardduty:DeleteDetector',
    'guardduty:UpdateDetector',
    'guardduty:DisassociateFromMasterAccount',
    'guardduty:DisassociateFromAdministratorAccount',
    'guardduty:DisassociateMembers',
    'guardduty:DeleteMembers',
    'guardduty:StopMonitoringMembers',
    'config:StopConfigurationRecorder',
    'config:DeleteConfigurationRecorder',
    'config:DeleteDeliveryChannel',
    'securityhub:DisableSecurityHub',
    'ec2:DeleteFlowLogs',
    'bedrock:DeleteModelInvocationLoggingConfiguration',
  ],
  matches(signal) {
    if (signal.outcome === 'failed' || !isWeakened(signal)) return undefined
    if (signal.action === 'cloudtrail:UpdateTrail') return { reason: 'changed what or where a trail logs', weight: 0.56 }
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action}, refused`, weight: 0.56 }
      : { reason: `${signal.action} took effect` }
  },
}

/** False for those of these calls that enable logging or detection. */
function isWeakened({ action, request, isRequestOmitted }: Signal): boolean {
  if (action === 'guardduty:UpdateDetector') return isRequestOmitted === true || flag(request, 'enable') === false
  if (action !== 'cloudtrail:PutEventSelectors') return true
  const json = jsonOf(request)
  return !/"includeManagementEvents":true/i.test(json) || !/"readWriteType":"All"/i.test(json)
}
