import type { Detector } from '../detector.ts'

export const findingsSuppressed: Detector = {
  id: 'findings-suppressed',
  title: 'Security findings hidden or their source disabled',
  weight: 0.57,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Remove the filter or enable the service again, then read the findings that were hidden.',
  actions: [
    'guardduty:CreateFilter',
    'guardduty:CreateIPSet',
    'guardduty:UpdateFilter',
    'guardduty:DeletePublishingDestination',
    'securityhub:UpdateFindings',
    'securityhub:BatchUpdateFindings',
    'securityhub:DeleteInsight',
    'securityhub:UpdateInsight',
    'securityhub:BatchDisableStandards',
    'access-analyzer:DeleteAnalyzer',
    'macie2:DisableMacie',
    'inspector2:Disable',
    'detective:DeleteGraph',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied' ? { reason: `tried ${signal.action}, refused`, weight: 0.45 } : { reason: `${signal.action}` }
  },
}
