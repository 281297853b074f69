import type { Detector } from '../detector.ts'

export const serialConsoleEnabled: Detector = {
  id: 'serial-console-enabled',
  title: 'EC2 serial console access enabled',
  weight: 0.57,
  group: 'persistence',
  attack: 'T1021.008',
  runbook: 'Ask the owner whether they are repairing an instance; if not, disable serial console access again.',
  actions: ['ec2:EnableSerialConsoleAccess'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: 'tried to enable serial console access for the account, refused', weight: 0.5 }
      : { reason: 'enabled serial console access for the account' }
  },
}
