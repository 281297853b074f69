import type { Detector } from '../detector.ts'

export const serialConsoleEnabled: Detector = {
  id: 'serial-console-enabled',
  title: 'Serial console switched on',
  weight: 0.57,
  group: 'persistence',
  attack: 'T1021.008',
  runbook: 'Switch it off again unless somebody mends an instance right now.',
  actions: ['ec2:EnableSerialConsoleAccess'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried switched on serial console access for the account, refused`, weight: 0.5 }
      : { reason: `switched on serial console access for the account` }
  },
}
