import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** An intruder who tests permissions is refused different calls; a misconfigured job is refused the same call again and again. */
export const accessDeniedBurst: Detector = {
  id: 'access-denied-burst',
  title: 'Many different calls refused in a short time',
  weight: 0.45,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1580',
  runbook: 'Ask the owner whether a new job started; if not, treat the credential as stolen.',
  delivery: 'refused-calls',
  matches(signal, context) {
    if (signal.outcome !== 'denied') return undefined
    const distinct = distinctIn(context, 'denied', { at: signal.time, from: 10 })
    return distinct < 4
      ? undefined
      : {
          reason: `${distinct} different actions refused within 10 minutes`,
          weight: distinct >= 10 && signal.credential.kind === 'access-key' ? 0.6 : 0.45,
        }
  },
}
