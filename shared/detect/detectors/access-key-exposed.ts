import type { Detector } from '../detector.ts'

export const accessKeyExposed: Detector = {
  id: 'access-key-exposed',
  title: 'AWS reports the credential as exposed',
  weight: 0.99,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Find where the key was published, remove it there, and rotate it; then read what it did since.',
  isConfirmed: true,
  matches(signal) {
    if (signal.source !== 'aws-health') return undefined
    const isSuspected = signal.exposure?.endsWith('_SUSPECTED') === true
    return { reason: `AWS Health says ${signal.exposure}`, weight: isSuspected ? 0.95 : 0.99 }
  },
}
