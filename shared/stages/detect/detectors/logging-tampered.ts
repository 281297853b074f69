import type { Detector } from '../detector.ts'

export const loggingTampered: Detector = {
  id: 'logging-tampered',
  title: 'Logging or detection switched off',
  weight: 0.7,
  group: 'evasion',
  attack: 'T1562.008',
  runbook: 'Switch logging on again first, then ask who switched it off; look for calls in the gap.',
  actions: [
    'cloudtrail:StopLogging',
    'cloudtrail:DeleteTrail',
    'cloudtrail:PutEventSelectors',
    'cloudtrail:DeleteEventDataStore',
    'guardduty:DeleteDetector',
    'guardduty:UpdateDetector',
    'guardduty:DisassociateFromMasterAccount',
    'guardduty:StopMonitoringMembers',
    'config:StopConfigurationRecorder',
    'config:DeleteConfigurationRecorder',
    'config:DeleteDeliveryChannel',
    'securityhub:DisableSecurityHub',
    'ec2:DeleteFlowLogs',
    'bedrock:DeleteModelInvocationLoggingConfiguration',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    if (signal.action === 'guardduty:UpdateDetector' && signal.request.enable !== false) return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action}, refused`, weight: 0.55 }
      : { reason: `${signal.action} took effect` }
  },
}
