import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const rootSessionTaken: Detector = {
  id: 'root-session-taken',
  title: 'Root session of a member account issued',
  weight: 0.58,
  group: 'privilege',
  attack: 'T1548.005',
  runbook: 'Ask the organisation’s owners whether they requested it; if not, check in the member account what the session did.',
  actions: ['sts:AssumeRoot'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const target = text(signal.request, 'targetPrincipal') ?? 'an account'
    return signal.outcome === 'denied'
      ? { reason: `tried to become root of ${target}, refused`, weight: 0.5 }
      : { reason: `became root of ${target}` }
  },
}
