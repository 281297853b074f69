import type { Detector } from '../detector.ts'

export const trustAnchorCreated: Detector = {
  id: 'trust-anchor-created',
  title: 'IAM Roles Anywhere trust anchor made',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Disable the anchor unless your certificate authority is in it.',
  actions: ['rolesanywhere:CreateTrustAnchor', 'rolesanywhere:UpdateTrustAnchor', 'rolesanywhere:EnableTrustAnchor'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action}: certificates from outside can now become sessions, refused`, weight: 0.5 }
      : { reason: `${signal.action}: certificates from outside can now become sessions` }
  },
}
