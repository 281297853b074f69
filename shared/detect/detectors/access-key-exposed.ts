import type { Detector } from '../detector.ts'

export const accessKeyExposed: Detector = {
  id: 'access-key-exposed',
  title: 'AWS reports the credential as exposed',
  weight: 0.99,
  group: 'exposure',
  attack: 'T1552',
  runbook: 'Rotate the key, remove it from where it was published, then read in CloudTrail what it did since.',
  isConfirmed: true,
  matches(signal) {
    if (signal.source !== 'aws-health') return undefined
    const isSuspected = signal.exposure?.endsWith('_SUSPECTED') === true
    return { reason: `AWS Health says ${signal.exposure}`, weight: isSuspected ? 0.95 : 0.99 }
  },
}
