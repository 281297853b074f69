import type { Detector } from '../detector.ts'

export const trustAnchorCreated: Detector = {
  id: 'trust-anchor-created',
  title: 'IAM Roles Anywhere trust anchor created or enabled',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Check the certificate authority of the trust anchor; if it is not yours, disable the anchor.',
  actions: ['rolesanywhere:CreateTrustAnchor', 'rolesanywhere:UpdateTrustAnchor', 'rolesanywhere:EnableTrustAnchor'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action}, refused`, weight: 0.5 }
      : { reason: `${signal.action}: outside certificates can now get sessions` }
  },
}
