import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const mfaRemoved: Detector = {
  id: 'mfa-removed',
  title: 'MFA device removed',
  weight: 0.58,
  group: 'evasion',
  attack: 'T1556.006',
  runbook: 'Ask the user whether they lost the device; if not, contain the user.',
  actions: ['iam:DeactivateMFADevice', 'iam:DeleteVirtualMFADevice'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action} for ${text(signal.request, 'userName') ?? 'a device'}, refused`, weight: 0.45 }
      : { reason: `${signal.action} for ${text(signal.request, 'userName') ?? 'a device'}` }
  },
}
