import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Only a person at the console makes this call, once for each instance. Without the permission for it, it is a probe. */
export const passwordDataRead: Detector = {
  id: 'password-data-read',
  title: 'Windows passwords of instances read',
  weight: 0.58,
  group: 'abuse',
  attack: 'T1552',
  runbook: 'Change the administrator passwords of the instances named in the calls; ask the caller why they read them.',
  actions: ['ec2:GetPasswordData'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried to read the password of ${text(signal.request, 'instanceId') ?? 'an instance'}, refused`, weight: 0.56 }
      : { reason: `read the password of ${text(signal.request, 'instanceId') ?? 'an instance'}` }
  },
}
