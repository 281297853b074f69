import { burstOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** An intruder who tests permissions is refused different calls; a misconfigured job is refused the same call again and again. */
export const accessDeniedBurst: Detector = {
  id: 'access-denied-burst',
  title: 'Many different calls refused in a short time',
  weight: 0.45,
  group: 'denial',
  attack: 'T1580',
  runbook: 'Ask the owner whether a new job started; if not, treat the credential as stolen.',
  matches(signal, { window }) {
    if (signal.outcome !== 'denied' || window.denied.ids.length < 4) return undefined
    const distinct = burstOf(window.denied, signal.time)
    return distinct < 4
      ? undefined
      : { reason: `${distinct} different actions refused within 10 minutes`, weight: distinct >= 10 ? 0.6 : 0.45 }
  },
}
