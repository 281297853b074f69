import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Nobody asks for it but a person at the console, once an instance; tried without the right, it is a probe. */
export const passwordDataRead: Detector = {
  id: 'password-data-read',
  title: 'Windows passwords of instances read',
  weight: 0.58,
  group: 'abuse',
  attack: 'T1552',
  runbook: 'Change the administrator passwords of the instances named in the calls.',
  actions: ['ec2:GetPasswordData'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried asked for the password of ${text(signal.request, 'instanceId') ?? 'an instance'}, refused`, weight: 0.56 }
      : { reason: `asked for the password of ${text(signal.request, 'instanceId') ?? 'an instance'}` }
  },
}
