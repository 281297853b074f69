import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const rootSessionTaken: Detector = {
  id: 'root-session-taken',
  title: 'Session as root of a member account taken',
  weight: 0.58,
  group: 'privilege',
  attack: 'T1548.005',
  runbook: 'Ask the owners of the organisation; see in the member account what the session unlocked.',
  actions: ['sts:AssumeRoot'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const target = text(signal.request, 'targetPrincipal') ?? 'an account'
    return signal.outcome === 'denied' ? { reason: `tried to be root of ${target}, refused`, weight: 0.5 } : { reason: `root of ${target}` }
  },
}
