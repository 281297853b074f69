import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** Tools that enumerate permissions try hundreds of calls; even slow ones are refused a dozen in ten minutes. */
export const permissionsEnumerated: Detector = {
  id: 'permissions-enumerated',
  title: 'Permissions tried out one by one',
  weight: 0.7,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1069.003',
  runbook: 'Treat the credential as stolen: only tools that enumerate permissions do this.',
  delivery: 'refused-calls',
  matches(signal, context) {
    if (signal.outcome === 'success') return undefined
    const refused = distinctIn(context, 'denied', { at: signal.time })
    if (refused < 12) return undefined
    return {
      reason: `${refused} or more different actions refused within 10 minutes`,
      weight: signal.credential.kind === 'access-key' ? 0.7 : 0.5,
    }
  },
}
